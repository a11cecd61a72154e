// SPDX-License-Identifier: Apache-2.0
// From records to demand: what the file does not say is drawn from the seed, lines are put in time order.
#include "daemon/backtest/history/order_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <utility>

#include "daemon/backtest/history/order_records.hpp"
#include "daemon/backtest/world/draws.hpp"

namespace forestall {

namespace {

using world::Purpose;

// Purchases by the hour of the day, of 13,706 orders with a time of the Olist set (Brazil, 2016-2018),
// mean 1.
constexpr std::array<double, 24> purchase_hours{0.61, 0.29, 0.12, 0.07, 0.05, 0.05, 0.11, 0.29,
                                                0.64, 1.13, 1.56, 1.65, 1.54, 1.65, 1.53, 1.52,
                                                1.47, 1.58, 1.39, 1.45, 1.44, 1.49, 1.34, 1.05};

Millis hour_of_day(double u) {
  double total = 0;
  for (const double weight : purchase_hours) total += weight;
  u *= total;
  for (std::size_t hour = 0; hour < purchase_hours.size(); ++hour) {
    if (u < purchase_hours[hour] || hour == 23)
      return Millis{static_cast<std::int64_t>(
          (static_cast<double>(hour) + std::min(u / purchase_hours[hour], 0.999)) * 3'600'000)};
    u -= purchase_hours[hour];
  }
  return Millis{0};
}

struct Row {
  Instant time;
  std::uint32_t sku, order, channel;
  std::int32_t units;
  std::uint32_t sequence;  // in the file
};

// In time order, rows of one instant as the file has them. (libstdc++ 12's stable_sort is deprecated to
// clang 19.)
void sort_by_time(std::vector<Row>& rows) {
  std::ranges::sort(rows, [](const Row& a, const Row& b) {
    return a.time != b.time ? a.time < b.time : a.sequence < b.sequence;
  });
}

std::uint32_t drawn_channel(const HistoryOptions& options, std::uint32_t order) {
  const double total = std::accumulate(options.shares.begin(), options.shares.end(), 0.0);
  double u = world::draw_unit(options.seed, Purpose::channel, order) * total;
  for (std::uint32_t channel = 0; channel + 1 < options.shares.size(); ++channel) {
    u -= options.shares[channel];
    if (u < 0) return channel;
  }
  return static_cast<std::uint32_t>(options.shares.size() - 1);
}

// A file of days only, newest row first: the rows of a day get that many sorted draws of the hour profile.
void impute_times(std::vector<Row>& rows, std::uint64_t seed) {
  for (Row& row : rows) row.sequence = ~row.sequence;
  sort_by_time(rows);
  for (std::size_t from = 0; from < rows.size();) {
    const Instant day = rows[from].time;
    std::size_t to = from;
    while (to < rows.size() && rows[to].time == day) ++to;
    world::Stream stream(seed, Purpose::clock_time,
                         static_cast<std::uint64_t>(day.time_since_epoch().count()));
    std::vector<Millis> times(to - from);
    for (Millis& time : times) time = hour_of_day(stream.unit());
    std::ranges::sort(times);
    for (std::size_t i = from; i < to; ++i) {
      rows[i].time = day + times[i - from];
      // The lines of one order were placed together.
      if (i > from && rows[i].order == rows[i - 1].order) rows[i].time = rows[i - 1].time;
    }
    from = to;
  }
}

// Each unit is a shopper of its own, at a moment of its hour that the seed draws. The hours of a row stand
// behind each other.
void draw_shoppers(const OrderRecords& records, const HistoryOptions& options, OrderHistory& history,
                   std::vector<Row>& rows) {
  for (std::size_t from = 0; from < records.rows.size();) {
    const std::uint32_t line = records.rows[from].order;
    world::Stream stream(options.seed, Purpose::clock_time, line);
    std::size_t nth = 0;
    for (; from < records.rows.size() && records.rows[from].order == line; ++from) {
      const OrderRecords::Row& hour = records.rows[from];
      for (std::int32_t unit = 0; unit < hour.units; ++unit) {
        const auto within = Millis{static_cast<std::int64_t>(stream.unit() * 3'600'000)};
        const auto order = static_cast<std::uint32_t>(rows.size());
        if (options.names) history.orders.push_back(fmt::format("{}/{}", line, ++nth));
        rows.push_back({hour.time + within, hour.sku, order, drawn_channel(options, order), 1, order});
      }
    }
  }
}

}  // namespace

OrderHistory imagine(const OrderRecords& records, const HistoryOptions& options) {
  OrderHistory history{.format = records.format};
  history.channels = records.channels;
  history.skipped = records.skipped;
  history.imputed_quantities = records.missing_quantities;
  history.censored_hours = records.censored_hours;
  const bool has_channels = records.format == HistoryFormat::generic;
  const bool fresh = records.format == HistoryFormat::fresh_retail;
  const bool days = records.format == HistoryFormat::amazon_orders;
  if (!has_channels) history.imputed_channels = records.lines;
  if (fresh || days) history.imputed_times = records.lines;
  if (options.names) {
    history.skus = records.skus;
    history.unit_price_minor = records.unit_price_minor;
    history.orders = records.orders;
  }
  std::vector<Row> rows;
  rows.reserve(records.lines);
  if (fresh) {
    draw_shoppers(records, options, history, rows);
  } else {
    for (const OrderRecords::Row& row : records.rows)
      rows.push_back({row.time, row.sku, row.order,
                      has_channels ? row.channel : drawn_channel(options, row.order), row.units,
                      static_cast<std::uint32_t>(rows.size())});
  }
  if (days)
    impute_times(rows, options.seed);
  else
    sort_by_time(rows);
  const auto channels = static_cast<std::uint32_t>(history.channels.size());
  history.catalogue = world::Catalogue::plain(static_cast<std::uint32_t>(records.skus.size()), channels);
  history.demand.reserve(rows.size());
  for (const Row& row : rows)
    history.demand.push(row.time, row.sku * channels + row.channel, row.units, row.order);
  history.demand.orders = static_cast<std::uint32_t>(fresh ? rows.size() : records.orders.size());
  return history;
}

Result<OrderHistory> read_order_history(std::string_view csv, const HistoryOptions& options) {
  const auto records =
      read_order_records([&]() -> Result<std::string_view> { return std::exchange(csv, {}); }, options);
  if (!records) return std::unexpected(records.error());
  return imagine(*records, options);
}

}  // namespace forestall
