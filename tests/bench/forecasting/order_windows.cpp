// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/forecasting/order_windows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "forecasting/demand_filter.hpp"
#include "forecasting/scoring.hpp"
#include "tests/bench/forecasting/count_scores.hpp"

namespace forestall::test {
namespace {

using namespace forecasting;

constexpr std::int64_t day = 86'400;
constexpr std::array<double, 3> lengths_hours = {0.25, 1, 4};

struct Row {
  CountScores scores;
  double expected_two = 0;
  explicit Row(const std::string& name) : scores(name) {}
};

}  // namespace

std::string score_order_windows(const std::vector<OrderLine>& lines, std::size_t skus) {
  if (lines.empty()) return "no lines\n";
  const std::int64_t end = lines.back().seconds;
  const std::int64_t learn_end = end - 62 * day;  // hours of the week and levels
  const std::int64_t test_begin = learn_end;
  std::vector<std::vector<std::int64_t>> orders(skus);
  for (const OrderLine& line : lines) orders[line.sku].push_back(line.seconds);

  // The hour of the week, pooled over all; the calendar of hours is the same for every SKU.
  ProfileLearner learner;
  double learned_lines = 0;
  for (const OrderLine& line : lines) {
    if (line.seconds >= learn_end) break;
    learned_lines += 1;
    learner.add(static_cast<int>(line.seconds % seconds_per_week / 3600), 1, 0).value();
  }
  for (int h = 0; h < hours_per_week; ++h) learner.add(h, 0, learned_lines / hours_per_week).value();
  const std::vector<WeekProfile> profiles = {WeekProfile::make(learner.factors()).value()};

  std::vector<MatureSku> mature;
  for (const auto& one : orders) {
    const auto sold = std::ranges::lower_bound(one, learn_end) - one.begin();
    if (sold > 0)
      mature.push_back({static_cast<double>(sold), static_cast<double>(learn_end - one.front()) / 3600});
  }
  std::vector<StratumPrior> strata(1);
  if (const auto prior = fit_gamma_prior(mature, strata[0].dispersion)) {
    strata[0].units_per_hour = prior->units_per_hour;
    strata[0].strength_hours = prior->strength_hours;
  }
  const DemandFilter filter(profiles, strata);

  std::vector<Row> burst_rows;
  std::vector<Row> plain_rows;
  std::vector<Row> poisson_rows;
  std::array<double, 3> had_two{};
  for (const double hours : lengths_hours) {
    burst_rows.emplace_back(fmt::format("next {:3.0f} min, bursts learned", hours * 60));
    plain_rows.emplace_back(fmt::format("next {:3.0f} min, dispersion only", hours * 60));
    poisson_rows.emplace_back(fmt::format("next {:3.0f} min, Poisson", hours * 60));
  }
  BurstLearner bursts;
  BurstModel model;
  // Two passes over every SKU: the two months before the test teach bursts, then the test.
  for (const bool test : {false, true}) {
    if (test) model = bursts.model();
    const std::int64_t from = test ? test_begin : learn_end - 60 * day;
    const std::int64_t to = test ? end - day : learn_end - day;
    for (std::size_t sku = 0; sku < orders.size(); ++sku) {
      const auto& one = orders[sku];
      if (one.empty() || one.front() >= from) continue;
      DemandBelief belief = filter.start(0, 0, one.front()).value();
      filter.set_selling(belief, one.front(), true).value();
      std::size_t seen = 0;
      // Four instants a week, in opening hours, different for each SKU.
      for (std::int64_t now = from + static_cast<std::int64_t>(sku % 97) * 600; now < to;
           now += 42 * 3600 + 1'500) {
        const std::int64_t hour = now % day / 3600;
        if (hour < 9 || hour > 16) continue;
        for (; seen < one.size() && one[seen] < now; ++seen) filter.observe(belief, one[seen], 1).value();
        const DemandLevel level = filter.level(belief, now);
        for (std::size_t l = 0; l < lengths_hours.size(); ++l) {
          const auto until = now + static_cast<std::int64_t>(lengths_hours[l] * 3600);
          const auto units = static_cast<int>(std::ranges::lower_bound(one, until) - one.begin()) -
                             static_cast<int>(std::ranges::lower_bound(one, now) - one.begin());
          const double exposure = profiles[0].exposure_hours(now, until);
          if (!test) {
            double mean = 0;
            double variance = 0;
            for (std::size_t k = 0; k < lane_count; ++k) {
              mean += level.weight[k] * level.units_per_hour[k] * exposure;
              variance += level.weight[k] * level.variance[k] * exposure * exposure;
            }
            bursts.add(l, mean, variance, level.dispersion, units).value();
            continue;
          }
          const auto ask = [&](const BurstModel* with) {
            return DemandFilter::window(level, exposure, lengths_hours[l], profiles[0].half_lives_days(),
                                        with);
          };
          const WindowDemand with = ask(&model);
          const WindowDemand plain = ask(nullptr);
          const WindowDemand poisson{plain.mean_units, plain.mean_units};
          burst_rows[l].scores.add(with, units, 1, 1);
          plain_rows[l].scores.add(plain, units, 1, 1);
          poisson_rows[l].scores.add(poisson, units, 1, 1);
          burst_rows[l].expected_two += probability_above(with, 1);
          plain_rows[l].expected_two += probability_above(plain, 1);
          poisson_rows[l].expected_two += probability_above(poisson, 1);
          if (units > 1) had_two[l] += 1;
        }
      }
    }
  }
  std::string out = CountScores::head();
  for (std::size_t l = 0; l < lengths_hours.size(); ++l) {
    for (Row* row : {&burst_rows[l], &plain_rows[l], &poisson_rows[l]}) out += row->scores.line();
  }
  out += "windows with two orders or more: expected / came (1 is calibrated)\n";
  for (std::size_t l = 0; l < lengths_hours.size(); ++l) {
    const BurstShape shape = model.at(lengths_hours[l]);
    out += fmt::format(
        "  {:3.0f} min: bursts {:.2f}, dispersion only {:.2f}, Poisson {:.2f} of {:.0f}; learned share "
        "{:.2f}, pairs {:.2f}\n",
        lengths_hours[l] * 60, burst_rows[l].expected_two / had_two[l],
        plain_rows[l].expected_two / had_two[l], poisson_rows[l].expected_two / had_two[l], had_two[l],
        shape.share, shape.pairs);
  }
  return out + "\n";
}

}  // namespace forestall::test
