// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/lateness/scores.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>

#include "forecasting/parcel/logistic.hpp"

namespace forestall::bench {
namespace {

std::vector<std::size_t> by_score(std::span<const Scored> rows) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return rows[i].score; });
  return order;
}

// `times`: how often each row counts.
double auc_of(std::span<const Scored> rows, std::span<const std::size_t> order,
              std::span<const double> times) {
  double below = 0;
  double wins = 0;
  double yes = 0;
  for (std::size_t i = 0; i < order.size();) {
    double ties_no = 0;
    double ties_yes = 0;
    const double score = rows[order[i]].score;
    for (; i < order.size() && !(rows[order[i]].score > score); ++i) {
      const double w = rows[order[i]].weight * times[order[i]];
      (rows[order[i]].happened ? ties_yes : ties_no) += w;
    }
    wins += ties_yes * (below + ties_no / 2);
    below += ties_no;
    yes += ties_yes;
  }
  return yes > 0 && below > 0 ? wins / (yes * below) : 0.5;
}

Interval resample(std::size_t n, int resamples,
                  const std::function<double(std::span<const double>)>& figure) {
  std::mt19937_64 random(20180301);
  std::uniform_int_distribution<std::size_t> pick(0, n - 1);
  std::vector<double> times(n, 1);
  Interval out;
  out.value = figure(times);
  std::vector<double> values;
  for (int r = 0; r < resamples; ++r) {
    std::ranges::fill(times, 0);
    for (std::size_t i = 0; i < n; ++i) times[pick(random)] += 1;
    values.push_back(figure(times));
  }
  std::ranges::sort(values);
  const auto at = [&](double p) {
    return values[static_cast<std::size_t>(p * static_cast<double>(values.size() - 1))];
  };
  out.low = at(0.05);
  out.high = at(0.95);
  return out;
}

double squared_error(const Scored& r) {
  const double d = r.score - (r.happened ? 1 : 0);
  return d * d;
}

}  // namespace

double auc(std::span<const Scored> rows) {
  const std::vector<double> once(rows.size(), 1);
  return auc_of(rows, by_score(rows), once);
}

double brier(std::span<const Scored> rows) {
  double sum = 0;
  double weight = 0;
  for (const Scored& r : rows) {
    sum += r.weight * squared_error(r);
    weight += r.weight;
  }
  return weight > 0 ? sum / weight : 0;
}

Interval auc_gain(std::span<const Scored> a, std::span<const Scored> b, int resamples) {
  if (a.empty()) return {};
  const auto order_a = by_score(a);
  const auto order_b = by_score(b);
  return resample(a.size(), resamples, [&](std::span<const double> times) {
    return auc_of(a, order_a, times) - auc_of(b, order_b, times);
  });
}

Interval calibration_slope(std::span<const Scored> rows, int resamples) {
  if (rows.empty()) return {};
  return resample(rows.size(), resamples, [&](std::span<const double> times) {
    std::vector<forecasting::Judged> cases;
    cases.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (times[i] > 0) cases.push_back({rows[i].score, rows[i].happened, rows[i].weight * times[i]});
    return forecasting::fit_recalibration(cases, 100, 100).slope;
  });
}

Interval brier_gain(std::span<const Scored> a, std::span<const Scored> b, int resamples) {
  if (a.empty()) return {};
  return resample(a.size(), resamples, [&](std::span<const double> times) {
    double sum = 0;
    double weight = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      sum += times[i] * a[i].weight * (squared_error(b[i]) - squared_error(a[i]));
      weight += times[i] * a[i].weight;
    }
    return weight > 0 ? sum / weight : 0;
  });
}

}  // namespace forestall::bench
