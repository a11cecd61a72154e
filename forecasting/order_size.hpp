// SPDX-License-Identifier: Apache-2.0
// How many units one order asks for. A race needs two shoppers; an order for five needs only a listing that
// still shows five when three are left.
#pragma once

#include <array>
#include <cstddef>

namespace forestall::forecasting {

// The distribution of the units of one order, as its tail: exact to `exact_units`, exponential beyond.
class OrderSizeLaw {
 public:
  static constexpr int exact_units = 64;

  // E[(Q - stock)+], units; stock >= 0.
  double excess(int stock) const;
  // P(Q > stock).
  double tail(int stock) const;
  // Units that the next order takes beyond the stock on a listing that shows more than there is. The listing
  // refuses what it does not show: E[Q - stock; stock < Q <= shown].
  double oversold(int stock, int shown) const;

 private:
  friend class OrderSizeLearner;
  std::array<double, exact_units + 1> tail_{}, excess_{};  // at 0 .. exact_units
};

// Counts orders. Before many came, a geometric law of the mean given speaks with the weight of a few orders.
class OrderSizeLearner {
 public:
  // mean_units > 1.
  explicit OrderSizeLearner(double mean_units);

  // One order of one SKU; units >= 1.
  void add(double units);
  // As of the last refit: after each order at first, then whenever a sixteenth more came.
  const OrderSizeLaw& law() const { return law_; }
  double orders() const { return orders_; }

 private:
  void refit();
  double mean_;
  double orders_ = 0, fitted_ = 0;
  double beyond_units_ = 0;                                    // of orders above exact_units, what exceeds it
  std::array<double, OrderSizeLaw::exact_units + 2> count_{};  // by units; the last: more than exact_units
  OrderSizeLaw law_;
};

}  // namespace forestall::forecasting
