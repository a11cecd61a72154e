// SPDX-License-Identifier: Apache-2.0
// From rows to demand: names become indices, what the file does not say is drawn from the seed, lines are put
// in time order.
#include "daemon/backtest/history/order_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <unordered_map>

#include "connectors/csv/reader.hpp"
#include "daemon/backtest/history/order_formats.hpp"
#include "daemon/backtest/world/draws.hpp"

namespace forestall {

namespace {

using world::Purpose;

constexpr std::size_t most_lines = 50'000'000;

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

class Names {
 public:
  explicit Names(std::vector<std::string>& list) : list_(list) {
    for (std::uint32_t i = 0; i < list.size(); ++i) index_.emplace(list[i], i);
  }
  std::uint32_t of(std::string_view name) {
    const auto [it, added] = index_.try_emplace(std::string(name), static_cast<std::uint32_t>(list_.size()));
    if (added) list_.emplace_back(name);
    return it->second;
  }

 private:
  std::vector<std::string>& list_;
  std::unordered_map<std::string, std::uint32_t> index_;
};

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

// Each unit is a shopper of its own, at a moment of its hour that the seed draws.
template <class Take>
void each_unit(const detail::HourlyRow& row, std::uint64_t seed, std::uint64_t line, Take&& take) {
  world::Stream stream(seed, Purpose::clock_time, line);
  std::size_t nth = 0;
  for (std::size_t hour = 0; hour < row.units.size(); ++hour)
    for (std::int32_t unit = 0; unit < row.units[hour]; ++unit) {
      const auto within = Millis{static_cast<std::int64_t>(stream.unit() * 3'600'000)};
      take(row.day + std::chrono::hours(hour) + within, fmt::format("{}/{}", line, ++nth));
    }
}

// The next row; false at the end. Any row that breaks the format is an error.
Result<bool> next_row(csv::Reader& reader) {
  for (;;) {
    switch (reader.next()) {
      case csv::Reader::Step::row:
        return true;
      case csv::Reader::Step::more:
        reader.finish();
        break;
      case csv::Reader::Step::end:
        return false;
      case csv::Reader::Step::bad_row:
      case csv::Reader::Step::failed:
        return std::unexpected(reader.error());
    }
  }
}

}  // namespace

Result<OrderHistory> read_order_history(std::string_view csv, const HistoryOptions& options) {
  if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
  csv::Reader rows;
  rows.feed(csv);
  auto more = next_row(rows);
  if (!more) return std::unexpected(std::move(more.error()));
  if (!*more) return fail(ErrorCode::parse, "the file is empty");
  const auto columns = detail::OrderColumns::find(rows.row().fields);
  if (!columns) return std::unexpected(columns.error());
  const bool has_channels = columns->format() == HistoryFormat::generic;
  if (!has_channels && (options.shares.empty() || options.shares.size() > options.channels.size()))
    return fail(ErrorCode::invalid_argument, "shares: one for each of the first channels");

  OrderHistory history{.format = columns->format()};
  history.channels = options.channels;
  Names skus(history.skus), orders(history.orders), channels(history.channels);
  std::vector<Row> kept;
  const auto add_hours = [&](const detail::HourlyRow& row) {
    const std::uint32_t sku = skus.of(row.sku);
    history.unit_price_minor.resize(history.skus.size());
    history.imputed_quantities += row.rounded;
    history.censored_hours += row.censored;
    each_unit(row, options.seed, rows.row().line, [&](Instant time, const std::string& name) {
      const std::uint32_t order = orders.of(name);
      kept.push_back(
          {time, sku, order, drawn_channel(options, order), 1, static_cast<std::uint32_t>(kept.size())});
      ++history.imputed_times;
      ++history.imputed_channels;
    });
  };
  for (more = next_row(rows); more && *more; more = next_row(rows)) {
    if (kept.size() >= most_lines) return fail(ErrorCode::too_large, "more than 50 million order lines");
    if (history.format == HistoryFormat::fresh_retail) {
      const auto hours = columns->read_hours(rows.row().fields);
      if (!hours) return fail_in(fmt::format("line {}", rows.row().line), hours.error());
      add_hours(*hours);
      continue;
    }
    const auto line = columns->read(rows.row().fields);
    if (!line) return fail_in(fmt::format("line {}", rows.row().line), line.error());
    if (!*line) {
      ++history.skipped;
      continue;
    }
    const std::uint32_t sku = skus.of((*line)->sku), order = orders.of((*line)->order);
    const std::uint32_t channel =
        has_channels ? channels.of((*line)->channel) : drawn_channel(options, order);
    if (history.channels.size() > 256) return fail(ErrorCode::too_large, "more than 256 channels");
    if (sku == history.unit_price_minor.size()) history.unit_price_minor.push_back(0);
    if (history.unit_price_minor[sku] == 0) history.unit_price_minor[sku] = (*line)->price_minor;
    const bool one = history.format == HistoryFormat::online_retail && !options.whole_quantities;
    kept.push_back({(*line)->time, sku, order, channel,
                    one ? 1 : static_cast<std::int32_t>((*line)->quantity),
                    static_cast<std::uint32_t>(kept.size())});
    history.imputed_times += (*line)->day_only;
    history.imputed_quantities += (*line)->quantity_missing;
    history.imputed_channels += has_channels ? 0 : 1;
  }
  if (!more) return std::unexpected(std::move(more.error()));

  if (history.format == HistoryFormat::amazon_orders)
    impute_times(kept, options.seed);
  else
    sort_by_time(kept);
  const auto channel_count = static_cast<std::uint32_t>(history.channels.size());
  history.catalogue = world::Catalogue::plain(static_cast<std::uint32_t>(history.skus.size()), channel_count);
  history.demand.reserve(kept.size());
  for (const Row& row : kept)
    history.demand.push(row.time, row.sku * channel_count + row.channel, row.units, row.order);
  history.demand.orders = static_cast<std::uint32_t>(history.orders.size());
  return history;
}

}  // namespace forestall
