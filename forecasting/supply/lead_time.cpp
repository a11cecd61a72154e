// SPDX-License-Identifier: Apache-2.0
#include "forecasting/supply/lead_time.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace forestall::forecasting {
namespace {

constexpr double half_a_day = 0.5;
constexpr double century_days = 36525;

double student_below(double t, double degrees) {
  return boost::math::cdf(boost::math::students_t(degrees), std::clamp(t, -1e6, 1e6));
}

struct Posterior {
  double location, spread, degrees;
};

// Normal-inverse-gamma update and its Student t predictive (Gelman et al., 3.3).
Posterior predict(const SupplierRecord::Logs& logs, const LogPrior& prior) {
  const double n = logs.count;
  const double weight = prior.weight + n;
  const double shape = prior.shape + n / 2;
  const double gap = logs.mean - prior.location;
  const double scale = prior.scale + logs.squares / 2 + prior.weight * n * gap * gap / (2 * weight);
  return {(prior.weight * prior.location + n * logs.mean) / weight,
          std::sqrt(scale * (weight + 1) / (shape * weight)), 2 * shape};
}

LogPrior fit_logs(std::span<const SupplierRecord> records, SupplierRecord::Logs SupplierRecord::* which,
                  const LogPrior& fallback) {
  double n = 0, sum = 0, within = 0, freedom = 0;
  double groups = 0;
  for (const auto& r : records) {
    const auto& logs = r.*which;
    if (logs.count < 1) continue;
    n += logs.count;
    sum += logs.count * logs.mean;
    if (logs.count >= 2) within += logs.squares, freedom += logs.count - 1;
    ++groups;
  }
  if (n < 5 || groups < 1) return fallback;
  LogPrior out = fallback;
  // With few observations the fallback's location keeps the weight of one supplier.
  const double grand = sum / n;
  out.location = grand;
  double variance = fallback.scale / std::max(1.0, fallback.shape - 1);
  variance = (variance * 4 + within) / (4 + freedom);
  if (groups >= 3) {
    // Between suppliers: the one-way analysis of variance estimator (Searle, Casella, McCulloch 1992, 3.6).
    double between = 0, counts2 = 0;
    for (const auto& r : records) {
      const auto& logs = r.*which;
      if (logs.count < 1) continue;
      between += logs.count * (logs.mean - grand) * (logs.mean - grand);
      counts2 += logs.count * logs.count;
    }
    const double size = (n - counts2 / n) / (groups - 1);
    const double component = size > 0 ? (between / (groups - 1) - variance) / size : 0;
    out.weight = std::clamp(variance / std::max(component, 1e-3 * variance), 0.05, 50.0);
  }
  // Spread of the suppliers' variances: E = b / (a - 1), Var = E^2 / (a - 2).
  double suppliers = 0, mean_variance = 0, spread = 0, noise = 0;
  for (const auto& r : records) {
    const auto& logs = r.*which;
    if (logs.count < 4) continue;
    const double s2 = logs.squares / (logs.count - 1);
    mean_variance += s2, spread += s2 * s2;
    noise += 2 / (logs.count - 1);  // relative sampling variance of s2
    ++suppliers;
  }
  if (suppliers >= 4) {
    mean_variance /= suppliers;
    const double relative = spread / suppliers / (mean_variance * mean_variance) - 1 - noise / suppliers;
    out.shape = std::clamp(2 + 1 / std::max(relative, 0.02), 2.05, 30.0);
    variance = mean_variance;
  }
  out.scale = std::max(1e-6, variance * (out.shape - 1));
  return out;
}

}  // namespace

void SupplierRecord::Logs::add(double y) {
  count += 1;
  const double step = y - mean;
  mean += step / count;
  squares += step * (y - mean);
}

void SupplierRecord::Logs::fade(double factor) {
  count *= factor;
  squares *= factor;
}

Expected<void> SupplierRecord::observe(const Delivery& d) {
  if (!std::isfinite(d.days) || !std::isfinite(d.promised_days) || !std::isfinite(d.received_share))
    return std::unexpected(ForecastError::not_finite);
  if (!(d.days > 0) || d.promised_days < 0) return std::unexpected(ForecastError::negative);
  if (d.days > century_days || d.promised_days > century_days)
    return std::unexpected(ForecastError::too_large);
  if (d.received_share < 0 || d.received_share > 1) return std::unexpected(ForecastError::out_of_range);
  closed += 1;
  if (d.never) {
    never += 1;
    return {};
  }
  if (d.promised_days > 0) {
    promised += 1;
    if (std::abs(d.days - d.promised_days) <= half_a_day) {
      on_day += 1;
    } else {
      missed.add(std::log(d.days / d.promised_days));
    }
  }
  unpromised.add(std::log(d.days));  // what is known when no promise is made
  if (d.received_share < 1) {
    partial += 1;
    partial_share += d.received_share;
    partial_share2 += d.received_share * d.received_share;
  }
  return {};
}

void SupplierRecord::fade(double factor) {
  const double f = std::isfinite(factor) ? std::clamp(factor, 0.0, 1.0) : 1.0;
  unpromised.fade(f);
  missed.fade(f);
  for (double* sum : {&promised, &on_day, &closed, &never, &partial, &partial_share, &partial_share2})
    *sum *= f;
}

SupplierPool SupplierPool::fit(std::span<const SupplierRecord> records, const SupplierPool& fallback) {
  SupplierPool out = fallback;
  out.unpromised = fit_logs(records, &SupplierRecord::unpromised, fallback.unpromised);
  out.missed = fit_logs(records, &SupplierRecord::missed, fallback.missed);
  double promised = 0, on_day = 0, closed = 0, never = 0, partial = 0, share = 0;
  for (const auto& r : records) {
    promised += r.promised, on_day += r.on_day, closed += r.closed, never += r.never;
    partial += r.partial, share += r.partial_share;
  }
  const auto blend = [](double mean, double weight, double hits, double n) {
    return (mean * weight + hits) / (weight + n);
  };
  out.on_day = blend(fallback.on_day, fallback.on_day_weight, on_day, promised);
  out.never = blend(fallback.never, fallback.never_weight, never, closed);
  out.partial = blend(fallback.partial, fallback.partial_weight, partial, closed - never);
  out.partial_share = blend(fallback.partial_share, 4, share, partial);
  return out;
}

LeadTime LeadTime::of(const SupplierRecord& r, const SupplierPool& pool, double promised_days) {
  LeadTime out;
  const bool promise = promised_days > 0 && std::isfinite(promised_days);
  const auto p = promise ? predict(r.missed, pool.missed) : predict(r.unpromised, pool.unpromised);
  out.promised_days = promise ? std::min(promised_days, century_days) : 0;
  out.location = p.location + (promise ? std::log(out.promised_days) : 0);
  out.spread = p.spread;
  out.degrees = p.degrees;
  if (promise)
    out.on_day_share = (pool.on_day * pool.on_day_weight + r.on_day) / (pool.on_day_weight + r.promised);
  out.never_share = (pool.never * pool.never_weight + r.never) / (pool.never_weight + r.closed);
  const double came = std::max(0.0, r.closed - r.never);
  out.partial_chance = (pool.partial * pool.partial_weight + r.partial) / (pool.partial_weight + came);
  out.partial_share = std::clamp((pool.partial_share * 4 + r.partial_share) / (4 + r.partial), 0.0, 1.0);
  return out;
}

double LeadTime::by(double days) const {
  if (!(days > 0)) return 0;
  double came = student_below((std::log(days) - location) / spread, degrees);
  if (on_day_share > 0) {
    // On the day: anywhere within it.
    const double into = std::clamp(days - promised_days + half_a_day, 0.0, 1.0);
    came = on_day_share * into + (1 - on_day_share) * came;
  }
  return (1 - never_share) * came;
}

double LeadTime::by_given_age(double age_days, double days) const {
  const double age = std::max(0.0, age_days);
  const double now = by(age);
  const double open = 1 - now;
  if (!(open > 1e-12)) return 0;
  return std::clamp((by(age + std::max(0.0, days)) - now) / open, 0.0, 1.0);
}

double LeadTime::never_given_age(double age_days) const {
  const double open = 1 - by(std::max(0.0, age_days));
  return open > never_share && open > 1e-12 ? never_share / open : 1.0;
}

double LeadTime::quantile_given_age(double age_days, double p) const {
  const double coming = 1 - never_given_age(age_days);
  const double target = std::clamp(p, 0.0, 1 - 1e-9) * coming;
  double low = 0, high = 1;
  while (high < 10 * century_days && by_given_age(age_days, high) < target) low = high, high *= 2;
  for (int i = 0; i < 60 && high - low > 1e-6 * (1 + high); ++i) {
    const double middle = (low + high) / 2;
    (by_given_age(age_days, middle) < target ? low : high) = middle;
  }
  return high;
}

ReceiptNodes nodes_given_age(const LeadTime& lead_time, double age_days) {
  ReceiptNodes out;
  out.never = lead_time.never_given_age(age_days);
  for (int j = 0; j < receipt_nodes; ++j)
    out.days[static_cast<std::size_t>(j)] = lead_time.quantile_given_age(age_days, (j + 0.5) / receipt_nodes);
  return out;
}

}  // namespace forestall::forecasting
