// SPDX-License-Identifier: Apache-2.0
// When a supplier delivers: late, early, on the day, in part, or never. Learned per supplier, shrunk towards
// all suppliers, and conditional on how long the delivery is already awaited.
#pragma once

#include <array>
#include <span>

#include "forecasting/error.hpp"

namespace forestall::forecasting {

// One delivery, closed: it came, or it was given up.
struct Delivery {
  double days = 0;            // from order to (first) receipt; > 0
  double promised_days = 0;   // from order to the promised date; 0: no promise was made
  double received_share = 1;  // of the ordered units, in the first receipt; 0 with `never`
  bool never = false;         // given up after `days`
};

// Sums of one supplier. A plain value; 80 bytes.
struct SupplierRecord {
  // Of y = ln(days), or of ln(days / promised) for deliveries with a promise that missed the day.
  struct Logs {
    double count = 0, mean = 0, squares = 0;  // squares: sum of (y - mean)^2 (Welford 1962)
    void add(double y);
    void fade(double factor);
  };
  Logs unpromised, missed;
  double promised = 0, on_day = 0;  // with a promise; of these, within half a day of it
  double closed = 0, never = 0;
  double partial = 0, partial_share = 0, partial_share2 = 0;  // received in part; sums of the share

  // not_finite, negative (days <= 0), too_large (beyond a century), out_of_range (share outside [0, 1]).
  Expected<void> observe(const Delivery& delivery);
  // Old deliveries count less: everything times `factor` in [0, 1].
  void fade(double factor);
};

// The normal-inverse-gamma prior over a supplier's mean and variance of y (Gelman et al., Bayesian Data
// Analysis, 3rd ed., 3.3): sigma^2 ~ InvGamma(shape, scale), mean ~ N(location, sigma^2 / weight).
struct LogPrior {
  double location = 0, weight = 1, shape = 2, scale = 0.25;
};

// What all suppliers together say.
struct SupplierPool {
  LogPrior unpromised{2.3, 1, 2, 0.25};  // ten days, within a factor of two or so
  LogPrior missed{0.05, 1, 2, 0.1};
  double on_day = 0.5, on_day_weight = 4;
  double never = 0.01, never_weight = 20;
  double partial = 0.05, partial_weight = 10, partial_share = 0.6;

  // Empirical Bayes by moments over the suppliers' records: location and spread of their means, mean and
  // spread of their variances. What too few suppliers say stays as it is in `fallback`.
  static SupplierPool fit(std::span<const SupplierRecord> records, const SupplierPool& fallback);
};

// The predictive law of one delivery: never with probability never_share; else on the promised day with
// on_day_share; else the logarithm is Student t with `degrees` around `location`, so that a supplier seen
// twice is not trusted as one seen two hundred times.
struct LeadTime {
  double location = 2.3, spread = 0.5, degrees = 4;  // of ln(days), promise included
  double promised_days = 0;
  double on_day_share = 0;
  double never_share = 0;
  double partial_chance = 0;  // that the first receipt is partial
  double partial_share = 1;   // mean share received then

  static LeadTime of(const SupplierRecord& record, const SupplierPool& pool, double promised_days = 0);

  // P(received by `days` after the order), never included: tends to 1 - never_share.
  double by(double days) const;
  // P(received within `days` from now | ordered age_days ago and not received): (F(A+t) - F(A)) / (1 - F(A)).
  double by_given_age(double age_days, double days) const;
  // P(never | not received after age_days).
  double never_given_age(double age_days) const;
  // Days from now by which the share p of the deliveries that do come has come; 0 <= p < 1.
  double quantile_given_age(double age_days, double p) const;
};

// A law as J equally likely instants (days from now), for sums over it; the mass of never apart.
inline constexpr int receipt_nodes = 9;
struct ReceiptNodes {
  std::array<double, receipt_nodes> days{};
  double never = 0;
};
ReceiptNodes nodes_given_age(const LeadTime& lead_time, double age_days);

}  // namespace forestall::forecasting
