// SPDX-License-Identifier: Apache-2.0
// lateness --train FILE --items FILE --test FILE: how well late parcels and late hand-overs are foretold on
// Olist, beside what simple rules say on the same rows.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <limits>
#include <string>

#include "config/base/time.hpp"
#include "tests/bench/lateness/alerts.hpp"
#include "tests/bench/lateness/replay.hpp"
#include "tests/bench/lateness/scores.hpp"

namespace forestall::bench {
namespace {

struct Sums {
  double weight = 0, late = 0, said = 0;
  void add(double w, bool was_late, double p) {
    weight += w;
    late += was_late ? w : 0;
    said += w * p;
  }
};

void print_parcels(const ReplayResult& result) {
  fmt::print(
      "\nLate at the door: P(not delivered by the promised day), open parcels by days since hand-over\n");
  fmt::print("{:>4} {:>6} {:>6} {:>6} | {:>6} {:>6} {:>22} | {:>7} {:>7} {:>19} | {:>20}\n", "age", "rows",
             "late", "said", "AUC", "slack", "AUC gain [90 %]", "Brier", "60-day", "gain [90 %]",
             "slope [90 %]");
  for (std::size_t s = 0; s < stage_count; ++s) {
    std::vector<Scored> ours, slack, base;
    Sums sums;
    for (const ParcelRow& row : result.parcels) {
      if (row.stage != s) continue;
      ours.push_back({row.probability, row.late, row.weight});
      slack.push_back({-row.slack_days, row.late, row.weight});
      base.push_back({row.base_rate, row.late, row.weight});
      sums.add(row.weight, row.late, row.probability);
    }
    if (ours.empty()) continue;
    const Interval gain = auc_gain(ours, slack);
    const Interval slope = calibration_slope(ours);
    const Interval better = brier_gain(ours, base);
    fmt::print(
        "{:>4} {:>6} {:>6.4f} {:>6.4f} | {:>6.4f} {:>6.4f} {:>+7.4f} [{:+.3f}, {:+.3f}] | {:>7.5f} {:>7.5f} "
        "[{:+.4f}, {:+.4f}] | {:>5.2f} [{:.2f}, {:.2f}]\n",
        stage_ages[s], ours.size(), sums.late / sums.weight, sums.said / sums.weight, auc(ours), auc(slack),
        gain.value, gain.low, gain.high, brier(ours), brier(base), better.low, better.high, slope.value,
        slope.low, slope.high);
  }
}

void print_hand_overs(const ReplayResult& result) {
  std::vector<Scored> ours, rival;
  Sums sums;
  for (const HandOverRow& row : result.hand_overs) {
    ours.push_back({row.probability, row.late, row.weight});
    rival.push_back({row.seller_rate, row.late, row.weight});
    sums.add(row.weight, row.late, row.probability);
  }
  if (ours.empty()) return;
  const Interval gain = auc_gain(ours, rival);
  const Interval slope = calibration_slope(ours);
  fmt::print("\nLate to the carrier: P(handed over after the limit), asked at approval\n");
  fmt::print("rows {}, late {:.4f}, said {:.4f}\n", ours.size(), sums.late / sums.weight,
             sums.said / sums.weight);
  fmt::print(
      "AUC {:.4f}; the seller's own smoothed rate {:.4f}; gain {:+.4f} [{:+.4f}, {:+.4f}] (paired bootstrap, "
      "90 %)\n",
      auc(ours), auc(rival), gain.value, gain.low, gain.high);
  fmt::print("Brier {:.5f}; the seller's rate {:.5f}; slope {:.2f} [{:.2f}, {:.2f}]\n", brier(ours),
             brier(rival), slope.value, slope.low, slope.high);
}

void print_dates(const ReplayResult& result) {
  double inside = 0;
  double width = 0;
  for (const DateRow& row : result.dates) {
    inside += row.came + 1 >= row.said_low && row.came <= row.said_high ? 1 : 0;
    width += row.said_high - row.said_low;
  }
  const double n = std::max<double>(1, static_cast<double>(result.dates.size()));
  fmt::print(
      "\nDelivery date said at hand-over: the 10..90 % interval holds {:.3f} of {} parcels, {:.1f} business "
      "days "
      "wide\n",
      inside / n, result.dates.size(), width / n);
}

void print_alerts(const ReplayResult& result) {
  fmt::print(
      "\nAlerts on open parcels before their promise; the model raises as many, each day those it fears "
      "most\n");
  fmt::print("{:<34} {:>7} | {:>9} {:>7} {:>10} | {:>9} {:>7} {:>10}\n", "", "alerts", "precision", "recall",
             "lead", "precision", "recall", "lead");
  fmt::print("{:<34} {:>7} | {:^28} | {:^28}\n", "fixed rule", "", "rule", "model");
  for (const AlertComparison& row : compare_alerts(result))
    fmt::print("{:<34} {:>7} | {:>9.3f} {:>7.3f} {:>6.1f} days | {:>9.3f} {:>7.3f} {:>6.1f} days\n", row.rule,
               row.rule_score.alerts, row.rule_score.precision, row.rule_score.recall,
               row.rule_score.lead_days, row.model_score.precision, row.model_score.recall,
               row.model_score.lead_days);
}

}  // namespace
}  // namespace forestall::bench

int main(int argc, char** argv) {
  using namespace forestall::bench;
  CLI::App app{"How well late parcels and hand-overs are foretold on Olist orders"};
  std::string train;
  std::string test;
  std::string items;
  bool frozen = false;
  app.add_option("--train", train, "orders to learn from (CSV, may be .gz)")->required();
  app.add_option("--test", test, "later orders, judged before they are learned from")->required();
  app.add_option("--items", items, "items of both")->required();
  app.add_flag("--frozen", frozen, "learn nothing from the first order of the test part on");
  CLI11_PARSE(app, argc, argv);

  const auto orders = read_olist(train, test, items);
  if (!orders) {
    fmt::print(stderr, "lateness: {}\n", orders.error().detail);
    return 1;
  }
  std::int64_t last_train = 0;
  std::int64_t first_test = std::numeric_limits<std::int64_t>::max();
  for (const OlistOrder& o : *orders)
    o.test ? void(first_test = std::min(first_test, o.bought))
           : void(last_train = std::max(last_train, o.bought));
  if (last_train > first_test) {
    fmt::print(stderr,
               "lateness: the test part begins before the training part ends; that would be a leak\n");
    return 1;
  }
  const auto began = std::chrono::steady_clock::now();
  const ReplayResult result = replay(*orders, frozen);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print(
      "Olist, test orders bought from {} on; {}; replayed in {:.1f} s\n",
      forestall::to_string(
          forestall::CivilDate(std::chrono::sys_days(std::chrono::days(day_of(first_test))))),
      frozen ? "nothing learned from then on" : "each case is judged before anything is learned from it",
      took.count());
  print_parcels(result);
  print_hand_overs(result);
  print_dates(result);
  print_alerts(result);
  return 0;
}
