// SPDX-License-Identifier: Apache-2.0
#include "forecasting/order_size.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::forecasting {

namespace {
constexpr double prior_orders = 4;
constexpr auto last = static_cast<std::size_t>(OrderSizeLaw::exact_units);
}  // namespace

double OrderSizeLaw::tail(int stock) const {
  const auto at = static_cast<std::size_t>(std::max(0, stock));
  if (at <= last) return tail_[at];
  // Beyond the table: exponential, with the mean excess at its end.
  return excess_[last] > 0
             ? tail_[last] * std::exp(-static_cast<double>(at - last) * tail_[last] / excess_[last])
             : 0;
}

double OrderSizeLaw::excess(int stock) const {
  const auto at = static_cast<std::size_t>(std::max(0, stock));
  if (at <= last) return excess_[at];
  return tail_[last] > 0 ? tail(stock) * excess_[last] / tail_[last] : 0;
}

double OrderSizeLaw::oversold(int stock, int shown) const {
  if (shown <= stock) return 0;
  const double units = excess(stock) - excess(shown) - static_cast<double>(shown - stock) * tail(shown);
  return std::max(0.0, units);
}

OrderSizeLearner::OrderSizeLearner(double mean_units) : mean_(std::max(1.0 + 1e-6, mean_units)) { refit(); }

void OrderSizeLearner::add(double units) {
  const auto at = static_cast<std::size_t>(std::clamp(std::round(units), 1.0, static_cast<double>(last + 1)));
  count_[at] += 1;
  if (at > last) beyond_units_ += units - static_cast<double>(last);
  orders_ += 1;
  if (orders_ - fitted_ >= fitted_ / 16) refit();
}

void OrderSizeLearner::refit() {
  fitted_ = orders_;
  // Geometric on 1, 2, ...: P(Q > q) = r^q, E[(Q - q)+] = r^q / (1 - r).
  const double r = 1 - 1 / mean_;
  const double all = orders_ + prior_orders;
  double more = count_[last + 1], units = beyond_units_;
  for (std::size_t q = last + 1; q-- > 0;) {
    const double prior = prior_orders * std::pow(r, static_cast<double>(q));
    law_.tail_[q] = (more + prior) / all;
    law_.excess_[q] = (units + prior * mean_) / all;
    if (q == 0) break;
    more += count_[q];
    units += more;
  }
}

}  // namespace forestall::forecasting
