// SPDX-License-Identifier: Apache-2.0
#include "daemon/console/deeds.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <map>
#include <tuple>

namespace forestall::console {
namespace json = boost::json;
using journal::Entry;

namespace {

json::value units(const std::optional<Units>& u) {
  return u ? json::value(u->count()) : json::value(nullptr);
}

}  // namespace

json::array deeds(std::span<const Entry> entries, std::size_t most) {
  json::array all;
  // The newest move of each intent comes before the intent itself.
  std::map<std::tuple<std::string_view, std::string_view, std::uint64_t>, const Entry*> newest;
  for (const auto& entry : entries) {
    if (entry.kind == Entry::Kind::move)
      newest.try_emplace({entry.account.str(), entry.listing.str(), entry.epoch}, &entry);
    if (!entry.intent || all.size() == most) continue;
    const auto& intent = *entry.intent;
    const auto moved = newest.find({entry.account.str(), entry.listing.str(), entry.epoch});
    const auto target = journal::target_of(intent);
    json::object deed{{"account", entry.account.str()},
                      {"listing", entry.listing.str()},
                      {"epoch", entry.epoch},
                      {"before", units(intent.before.quantity)},
                      {"target", units(target)},
                      {"write", journal::text_of(journal::way_of(intent.command), target)},
                      {"reason", intent.reason},
                      {"origin", word(intent.origin)},
                      {"who", intent.who},
                      {"at", to_string(intent.requested_at)}};
    if (entry.kind == Entry::Kind::wish)
      deed["state"] = "noted";
    else if (moved != newest.end() && moved->second->state)
      deed["state"] = word(*moved->second->state);
    else
      deed["state"] = word(journal::State::requested);
    json::error_code ec;
    auto numbers = json::parse(intent.explanation, ec);
    if (!ec) deed["numbers"] = std::move(numbers);
    all.push_back(std::move(deed));
  }
  return all;
}

}  // namespace forestall::console
