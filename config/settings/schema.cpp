// SPDX-License-Identifier: Apache-2.0
#include "config/settings/schema.hpp"

#include <algorithm>

namespace forestall::config {
namespace {

template <class S>
Section one(std::string_view name, S Settings::* member, std::vector<Field> fields, std::string_view help) {
  static const S blank{};
  return {name,
          false,
          Change::restart,
          help,
          std::move(fields),
          &blank,
          [](const Settings&) { return std::size_t{1}; },
          [member](const Settings& all, std::size_t) -> const void* { return &(all.*member); },
          [member](Settings& all, std::size_t) -> void* { return &(all.*member); },
          [member](Settings& all, const Settings& from) { all.*member = from.*member; },
          [member](Settings& all) -> void* { return &(all.*member); }};
}

template <class S>
Section many(std::string_view name, std::vector<S> Settings::* member, std::vector<Field> fields,
             std::string_view help, Change rows = Change::restart) {
  static const S blank{};
  return {name,
          true,
          rows,
          help,
          std::move(fields),
          &blank,
          [member](const Settings& all) { return (all.*member).size(); },
          [member](const Settings& all, std::size_t i) -> const void* { return &(all.*member)[i]; },
          [member](Settings& all, std::size_t i) -> void* { return &(all.*member)[i]; },
          [member](Settings& all, const Settings& from) { all.*member = from.*member; },
          [member](Settings& all) -> void* { return &(all.*member).emplace_back(); }};
}

}  // namespace

const Field* Section::find(std::string_view key) const {
  const auto found = std::ranges::find(fields, key, &Field::key);
  return found == fields.end() ? nullptr : &*found;
}

std::string Section::id(const void* of_row) const {
  const Field* id_field = many ? find("id") : nullptr;
  if (id_field == nullptr) return {};
  auto text = id_field->write(of_row).value;
  std::erase(text, '"');  // ids are slugs: nothing in them is escaped
  return text;
}

std::span<const Section> sections() {
  // A constant table, built once.
  static const std::vector<Section> all{
      one("daemon", &Settings::daemon, daemon_fields(), "The process itself."),
      one("redis", &Settings::redis, redis_fields(), "Where the record is kept."),
      one("api", &Settings::api, api_fields(), "The web server for people, the command line and Prometheus."),
      many("seller", &Settings::sellers, seller_fields(),
           "A tenant, and what a lost sale and a cancellation mean to them."),
      many("account", &Settings::accounts, account_fields(),
           "One credential at one marketplace; how far Forestall may go there."),
      many("stock", &Settings::stocks, stock_fields(),
           "Who knows what is on hand, where, and when they deduct it."),
      many("carrier", &Settings::carriers, carrier_fields(), "Who tells where parcels are."),
      many("notify", &Settings::notifies, notify_fields(), "Where alerts go, and which.", Change::live),
  };
  return all;
}

}  // namespace forestall::config
