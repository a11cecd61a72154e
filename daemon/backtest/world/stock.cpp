// SPDX-License-Identifier: Apache-2.0
// Replenishment by (s,S) from trailing demand, and the cycle of counts.
#include "daemon/backtest/world/stock.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::world {

namespace {
double in_days(Millis length) { return std::chrono::duration<double, std::ratio<86400>>(length).count(); }
constexpr double most = 1e9;
std::int32_t whole(double units) { return static_cast<std::int32_t>(std::clamp(units, 0.0, most)); }
}  // namespace

Stock::Stock(std::uint32_t skus, const StockRules& rules, std::uint64_t seed)
    : rules_(rules),
      seed_(seed),
      lead_days_(in_days(rules.lead_time)),
      root_lead_days_(std::sqrt(lead_days_)),
      cover_days_(in_days(rules.cover)),
      physical_(skus),
      book_(skus),
      open_(skus),
      on_order_(skus),
      initial_(skus),
      today_(skus),
      sum_(skus),
      squares_(skus),
      window_(std::size_t{skus} * static_cast<std::size_t>(rules.trailing_days)),
      count_day_(skus),
      losses_(seed, Purpose::loss) {
  if (rules.loss_rate > 0) until_loss_ = losses_.trials_to_success(rules.loss_rate);
  if (rules.count_every_days > 0)
    for (SkuIndex sku = 0; sku < skus; ++sku)
      count_day_[sku] = static_cast<std::uint16_t>(draw(seed, Purpose::count_day, sku) %
                                                   static_cast<std::uint64_t>(rules.count_every_days));
}

// s = m L + z sd sqrt(L), S = s + m cover: Silver, Pyke and Thomas (2017), §6.9, with S - s set by cover.
Stock::Levels Stock::levels(SkuIndex sku) const {
  const double days = rules_.trailing_days;
  const double mean = static_cast<double>(sum_[sku]) / days;
  const double variance = std::max(0.0, static_cast<double>(squares_[sku]) / days - mean * mean);
  const double point = mean * lead_days_ + rules_.z * std::sqrt(variance) * root_lead_days_;
  const std::int32_t order_point = whole(std::ceil(point));
  const std::int32_t order_up_to =
      std::max({whole(std::ceil(point + mean * cover_days_)), rules_.least, order_point});
  return {std::min(order_point, std::max(0, order_up_to - 1)), order_up_to};
}

void Stock::begin(const std::vector<std::int32_t>& given) {
  for (SkuIndex sku = 0; sku < physical_.size(); ++sku) {
    if (given.empty()) {
      const auto [order_point, order_up_to] = levels(sku);
      const double phase = draw_unit(seed_, Purpose::phase, sku);
      initial_[sku] = order_up_to - whole(phase * (order_up_to - order_point));
    } else {
      initial_[sku] = given[sku];
    }
    physical_[sku] = book_[sku] = initial_[sku];
  }
}

void Stock::close_day() {
  std::int32_t* oldest = window_.data() + slot_ * today_.size();
  for (SkuIndex sku = 0; sku < today_.size(); ++sku) {
    const std::int64_t out = oldest[sku], in = today_[sku];
    if ((out | in) == 0) continue;
    sum_[sku] += in - out;
    squares_[sku] += in * in - out * out;
    oldest[sku] = today_[sku];
    today_[sku] = 0;
  }
  slot_ = (slot_ + 1) % static_cast<std::size_t>(rules_.trailing_days);
}

void Stock::review(Instant now, EventQueue& queue, std::vector<StockEvent>& log) {
  const auto day =
      static_cast<std::uint64_t>(std::chrono::floor<std::chrono::days>(now).time_since_epoch().count());
  const auto cycle = static_cast<std::uint64_t>(rules_.count_every_days);
  const std::uint64_t today = cycle > 0 ? day % cycle : 0;
  for (SkuIndex sku = 0; sku < physical_.size(); ++sku) {
    if (cycle > 0 && count_day_[sku] == today) {
      const std::int32_t delta = recount(sku);
      log.push_back({now, sku, delta, book_[sku], StockCause::count});
    }
    // The books decide what is ordered, as they do in life.
    const std::int32_t position = book_[sku] - open_[sku] + on_order_[sku];
    const auto [order_point, order_up_to] = levels(sku);
    if (position > order_point) continue;
    const std::int32_t units = order_up_to - position;
    on_order_[sku] += units;
    queue.push({.at = now + rules_.lead_time, .index = sku, .value = units, .kind = EventKind::receipt});
  }
}

}  // namespace forestall::world
