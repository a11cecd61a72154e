// SPDX-License-Identifier: Apache-2.0
// The negative binomial by its moments: recursions where they are short and sound, the incomplete beta
// elsewhere.
#include "forecasting/window_demand.hpp"

#include <algorithm>
#include <array>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

namespace forestall::forecasting {
namespace {

// No exceptions, no errno, no long double: a failed series returns what it has.
using Policy = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>>;

constexpr int direct_limit = 256;    // longest forward recursion
constexpr int tail_terms = 256;      // longest direct sum of a tail
constexpr double log_tiny = -690.0;  // exp of less is no longer a normal double

constexpr auto reciprocals = [] {
  std::array<double, direct_limit + tail_terms + 2> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = 1.0 / static_cast<double>(i + 1);
  return table;
}();

// f(0) = exp(log_zero), f(x+1) = f(x) (step + slope x) / (x+1). Negative binomial: step = r(1-p), slope =
// 1-p. Poisson: step = M, slope = 0. p = M / V is 1 then and r is infinite.
struct Law {
  double mean;
  double r;
  double p;
  double slope;
  double step;
  double log_zero;

  bool poisson() const { return slope == 0; }
  double ratio(int x) const {
    return (step + slope * static_cast<double>(x)) * reciprocals[static_cast<std::size_t>(x)];
  }
  double ratio_beyond_table(int x) const {
    return (step + slope * static_cast<double>(x)) / (static_cast<double>(x) + 1);
  }
};

Law law_of(const WindowDemand& demand) {
  // Below 1e-100 units the products of small numbers leave the range of a double.
  const double mean = demand.mean_units > 1e-100 ? std::min(demand.mean_units, max_window_units) : 0.0;
  // Above a million times the mean squared the law is a point at 0 for every practical purpose; keep r
  // normal.
  const double most = mean * (1 + 1e6 * (1 + mean));
  const double variance = std::isnan(demand.variance_units2) ? mean : std::min(demand.variance_units2, most);
  const double spread = variance - mean;
  // Below 1e-9 relative overdispersion the two laws agree to 1e-9 and r would lose all its digits.
  if (!(spread > 1e-9 * mean)) {
    return {mean, std::numeric_limits<double>::infinity(), 1, 0, mean, -mean};
  }
  const double r = mean * (mean / spread);
  const double slope = spread / variance;
  const double log_p = slope < 0.5 ? std::log1p(-slope) : std::log(mean / variance);
  return {mean, r, mean / variance, slope, r * slope, r * log_p};
}

double log_mass(const Law& law, int x) {
  const double n = x;
  if (law.poisson()) return n * std::log(law.mean) - law.mean - std::lgamma(n + 1);
  // lgamma(n + r) - lgamma(r) loses digits for large r; the beta function's derivative form does not.
  return std::log(boost::math::ibeta_derivative(law.r, n + 1, law.p, Policy()) * law.p / (law.r + n));
}

double mass(const Law& law, int x) {
  if (x < 0) return 0;
  if (law.mean == 0) return x == 0 ? 1 : 0;
  if (x <= direct_limit && law.log_zero > log_tiny) {
    double f = std::exp(law.log_zero);
    for (int i = 0; i < x; ++i) f *= law.ratio(i);
    return f;
  }
  if (law.poisson()) {
    return boost::math::gamma_p_derivative(static_cast<double>(x) + 1, law.mean, Policy());
  }
  return boost::math::ibeta_derivative(law.r, static_cast<double>(x) + 1, law.p, Policy()) * law.p /
         (law.r + static_cast<double>(x));
}

double above_by_integral(const Law& law, int units) {
  const double n = static_cast<double>(units) + 1;
  if (law.poisson()) return boost::math::gamma_p(n, law.mean, Policy());
  return law.slope < 0.5 ? boost::math::ibeta(n, law.r, law.slope, Policy())
                         : boost::math::ibetac(law.r, n, law.p, Policy());
}

double at_most_by_integral(const Law& law, int units) {
  const double n = static_cast<double>(units) + 1;
  if (law.poisson()) return boost::math::gamma_q(n, law.mean, Policy());
  return law.slope < 0.5 ? boost::math::ibetac(n, law.r, law.slope, Policy())
                         : boost::math::ibeta(law.r, n, law.p, Policy());
}

// f(units + 1), f(units + 2), ... summed until nothing is added; false where that takes too long.
bool sum_tail(const Law& law, int units, double f_next, Shortfall& out) {
  double above = 0;
  double excess = 0;
  double f = f_next;
  for (int k = 1; k <= tail_terms; ++k) {
    above += f;
    excess += f * k;
    const double ratio = law.ratio_beyond_table(units + k);
    const double worst = std::max(ratio, law.slope);  // every later ratio is at most this
    f *= ratio;
    // What remains of sum k f is at most f (k + 1) / (1 - worst)^2.
    const double keep = 1 - worst;
    if (keep > 0 && f * (k + 1) < 1e-14 * keep * keep * excess) {
      out = {above, excess};
      return true;
    }
  }
  return false;
}

Shortfall by_integral(const Law& law, int units) {
  Shortfall direct{};
  // Far in the tail the difference below cancels; the sum does not, and is short there.
  if (units > 2 * law.mean && sum_tail(law, units, mass(law, units + 1), direct)) return direct;
  const double above = above_by_integral(law, units);
  const double s = units;
  const double excess = (law.mean - s) * above + (s + 1) * mass(law, units + 1) / law.p;
  return {above, std::clamp(excess, above, std::max(law.mean, above))};
}

Shortfall shortfall_of(const Law& law, int units) {
  if (units < 0) return {1, law.mean - static_cast<double>(units)};
  if (law.mean == 0) return {0, 0};
  if (units >= direct_limit || law.log_zero < log_tiny) return by_integral(law, units);
  double f = std::exp(law.log_zero);
  double at_most = f;
  for (int x = 0; x < units; ++x) {
    f *= law.ratio(x);
    at_most += f;
  }
  const double f_next = f * law.ratio(units);
  const double above = 1 - at_most;
  // 1 - at_most carries an absolute error of about 1e-15, so 1e-4 leaves eleven digits.
  if (above > 1e-4) {
    const double s = units;
    const double excess = (law.mean - s) * above + (s + 1) * f_next / law.p;
    return {above, std::clamp(excess, above, std::max(law.mean, above))};
  }
  Shortfall out{};
  if (sum_tail(law, units, f_next, out)) return out;
  return by_integral(law, units);
}

}  // namespace

Expected<WindowDemand> WindowDemand::checked(double mean_units, double variance_units2) {
  if (!std::isfinite(mean_units) || !std::isfinite(variance_units2)) {
    return std::unexpected(ForecastError::not_finite);
  }
  if (mean_units < 0 || variance_units2 < 0) return std::unexpected(ForecastError::negative);
  if (mean_units > max_window_units) return std::unexpected(ForecastError::too_large);
  return WindowDemand{mean_units, variance_units2};
}

double probability_none(const WindowDemand& demand) { return std::exp(law_of(demand).log_zero); }

double probability_exactly(const WindowDemand& demand, int units) { return mass(law_of(demand), units); }

Shortfall shortfall(const WindowDemand& demand, int units) { return shortfall_of(law_of(demand), units); }

double probability_above(const WindowDemand& demand, int units) {
  const Law law = law_of(demand);
  if (units == 0) return -std::expm1(law.log_zero);
  return shortfall_of(law, units).probability_above;
}

double probability_at_most(const WindowDemand& demand, int units) {
  const Law law = law_of(demand);
  if (units < 0) return 0;
  if (law.mean == 0) return 1;
  if (units >= direct_limit || law.log_zero < log_tiny) return at_most_by_integral(law, units);
  double f = std::exp(law.log_zero);
  double at_most = f;
  for (int x = 0; x < units; ++x) {
    f *= law.ratio(x);
    at_most += f;
  }
  return std::min(at_most, 1.0);
}

double expected_excess(const WindowDemand& demand, int units) {
  return shortfall_of(law_of(demand), units).expected_excess;
}

double expected_filled(const WindowDemand& demand, int units) {
  if (units <= 0) return units;
  const Law law = law_of(demand);
  const double filled = law.mean - shortfall_of(law, units).expected_excess;
  return std::clamp(filled, 0.0, std::min(law.mean, static_cast<double>(units)));
}

namespace {

// Where pmf() starts: the mode (or the last cell before it), where the mass is a normal number.
std::size_t first_cell(const Law& law, std::size_t cells) {
  if (law.log_zero > log_tiny) return 0;
  const double mode = std::max(0.0, std::floor((law.step - 1) / (1 - law.slope)) + 1);
  return static_cast<std::size_t>(std::min(mode, static_cast<double>(cells - 1)));
}

double ratio_at(const Law& law, std::size_t x) {
  return (law.step + law.slope * static_cast<double>(x)) / (static_cast<double>(x) + 1);
}

}  // namespace

void pmf(const WindowDemand& demand, std::span<double> out) {
  if (out.empty()) return;
  const Law law = law_of(demand);
  std::fill(out.begin(), out.end(), 0.0);
  if (law.mean == 0) {
    out[0] = 1;
    return;
  }
  const std::size_t start = first_cell(law, out.size());
  const double first = start == 0 ? std::exp(law.log_zero) : std::exp(log_mass(law, static_cast<int>(start)));
  double f = first;
  for (std::size_t x = start; x < out.size(); ++x) {
    out[x] = f;
    f *= ratio_at(law, x);
  }
  f = first;
  for (std::size_t x = start; x > 0; --x) {
    f *= static_cast<double>(x) / (law.step + law.slope * (static_cast<double>(x) - 1));
    out[x - 1] = f;
  }
}

std::size_t pmf_until(const WindowDemand& demand, std::span<double> out, double tail, double& left) {
  const Law law = law_of(demand);
  std::size_t n = 0;
  if (law.mean == 0 || out.empty() || first_cell(law, out.size()) != 0) {
    pmf(demand, out);
    while (n < out.size() && left > tail) left -= out[n++];
    return n;
  }
  double f = std::exp(law.log_zero);
  while (n < out.size() && left > tail) {
    out[n] = f;
    left -= f;
    f *= ratio_at(law, n++);
  }
  return n;
}

int quantile(const WindowDemand& demand, double probability) {
  const Law law = law_of(demand);
  if (law.mean == 0 || !(probability > 0)) return 0;
  const double target = std::min(probability, 1 - 1e-12);
  int low = 0;  // everything below `low` falls short of the target
  if (law.log_zero > log_tiny) {
    double f = std::exp(law.log_zero);
    double at_most = f;
    for (int x = 0; x < direct_limit; ++x) {
      if (at_most >= target) return x;
      f *= law.ratio(x);
      at_most += f;
    }
    low = direct_limit;
  }
  // Grow, then halve.
  int step = 64 + static_cast<int>(law.mean / 4);
  int high = low;
  while (at_most_by_integral(law, high) < target) {
    low = high + 1;
    if (high > 2'000'000'000 - step) return 2'000'000'000;
    high += step;
    if (step < 500'000'000) step *= 2;
  }
  while (low < high) {
    const int middle = low + (high - low) / 2;
    if (at_most_by_integral(law, middle) < target) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace forestall::forecasting
