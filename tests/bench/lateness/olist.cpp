// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/lateness/olist.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <map>
#include <set>

#include "connectors/csv/header.hpp"
#include "connectors/csv/reader.hpp"
#include "tests/support/packed/packed_file.hpp"

namespace forestall::bench {
namespace {

using Fields = std::span<const std::string_view>;

// Calls `take` with each row, its fields in the order of `names`.
Status read_table(const std::filesystem::path& path, const std::vector<std::string_view>& names,
                  const std::function<bool(Fields)>& take) {
  const auto text = test::read_packed(path);
  if (!text) return std::unexpected(text.error());
  csv::Reader reader(csv::detect_separator(*text));
  reader.feed(*text);
  std::vector<std::size_t> columns;
  std::vector<std::string_view> row(names.size());
  bool finished = false;
  while (true) {
    const auto step = reader.next();
    if (step == csv::Reader::Step::more && !finished) {
      reader.finish();
      finished = true;
      continue;
    }
    if (step == csv::Reader::Step::end) return {};
    if (step != csv::Reader::Step::row)
      return fail(ErrorCode::parse, fmt::format("{}: {}", path.string(), reader.error().detail));
    if (columns.empty()) {
      const auto header = csv::Header::parse(reader.row().fields);
      if (!header) return fail(ErrorCode::parse, path.string() + ": " + header.error().detail);
      for (const auto name : names) {
        const auto column = header->require(name);
        if (!column) return fail(ErrorCode::parse, path.string() + ": " + column.error().detail);
        columns.push_back(*column);
      }
      continue;
    }
    bool whole = true;
    for (std::size_t i = 0; i < names.size(); ++i) {
      whole = whole && columns[i] < reader.row().fields.size();
      row[i] = whole ? reader.row().fields[columns[i]] : std::string_view{};
    }
    if (!whole || !take(row))
      return fail(ErrorCode::parse,
                  fmt::format("{}:{}: not a row of Olist", path.string(), reader.row().line));
  }
}

// "2017-07-09 21:57:05" or "2017-07-09 21:57" or a bare date.
std::optional<std::int64_t> read_time(std::string_view text) {
  const auto part = [&](std::size_t at, std::size_t n) {
    int value = -1;
    if (at + n <= text.size()) std::from_chars(text.data() + at, text.data() + at + n, value);
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year(part(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(part(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(part(8, 2)))};
  if (text.size() < 10 || !date.ok()) return std::nullopt;
  const int hour = text.size() >= 16 ? part(11, 2) : 0;
  const int minute = text.size() >= 16 ? part(14, 2) : 0;
  const int second = text.size() >= 19 ? part(17, 2) : 0;
  if (hour < 0 || minute < 0 || second < 0) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * day_seconds + hour * 3600 + minute * 60 +
         second;
}

double read_number(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

struct Parts {
  std::string seller;
  std::optional<std::int64_t> ship_by;
  double price = 0;
  double freight = 0;
  int items = 0;
  std::set<std::string, std::less<>> sellers;
};

}  // namespace

Result<std::vector<OlistOrder>> read_olist(const std::filesystem::path& train,
                                           const std::filesystem::path& test,
                                           const std::filesystem::path& items) {
  std::map<std::string, Parts, std::less<>> parts;
  if (auto ok = read_table(items, {"order_id", "seller_id", "shipping_limit_date", "price", "freight_value"},
                           [&](Fields row) {
                             const auto limit = read_time(row[2]);
                             if (!limit) return false;
                             Parts& p = parts[std::string(row[0])];
                             if (!p.ship_by || *limit >= *p.ship_by) p.seller = row[1];
                             p.ship_by = std::max(p.ship_by.value_or(*limit), *limit);
                             p.price += read_number(row[3]);
                             p.freight += read_number(row[4]);
                             ++p.items;
                             p.sellers.emplace(row[1]);
                             return true;
                           });
      !ok)
    return std::unexpected(ok.error());

  std::vector<OlistOrder> orders;
  for (const bool of_test : {false, true}) {
    const auto take = [&](Fields row) {
      OlistOrder o;
      o.id = row[0];
      o.status = row[1];
      const auto bought = read_time(row[2]);
      const auto promised = read_time(row[6]);
      if (!bought || !promised) return false;
      o.bought = *bought;
      o.approved = std::max(*bought, read_time(row[3]).value_or(*bought));
      o.handed_over = read_time(row[4]);
      o.delivered = read_time(row[5]);
      o.promised_day = day_of(*promised);
      o.zip = row[7];
      o.state = row[8];
      o.weight = row[9].empty() ? 1 : read_number(row[9]);
      o.test = of_test;
      // Hand-overs noted before the purchase, deliveries before the hand-over: the clock of somebody else.
      if (o.handed_over && *o.handed_over < o.bought) o.handed_over = o.bought;
      if (o.delivered && o.handed_over && *o.delivered < *o.handed_over) o.delivered = o.handed_over;
      if (const auto p = parts.find(o.id); p != parts.end()) {
        o.seller = p->second.seller;
        o.ship_by = p->second.ship_by;
        o.price = p->second.price;
        o.freight = p->second.freight;
        o.items = p->second.items;
        o.sellers = static_cast<int>(p->second.sellers.size());
      }
      orders.push_back(std::move(o));
      return true;
    };
    if (auto ok = read_table(
            of_test ? test : train,
            {"order_id", "order_status", "order_purchase_timestamp", "order_approved_at",
             "order_delivered_carrier_date", "order_delivered_customer_date", "order_estimated_delivery_date",
             "customer_zip_code_prefix", "customer_state", "weight"},
            take);
        !ok)
      return std::unexpected(ok.error());
  }
  // The largest weight becomes 1, so that a parcel counts as one parcel where evidence is weighed.
  double most = 1;
  for (const OlistOrder& o : orders) most = std::max(most, o.weight);
  for (OlistOrder& o : orders) o.weight /= most;
  std::ranges::sort(orders, {}, &OlistOrder::bought);
  return orders;
}

}  // namespace forestall::bench
