// SPDX-License-Identifier: Apache-2.0
// Forecast quality on real series, ours and the stored forecasts of other libraries scored by the same code
// in one run.
//   nice build-release/bin/forecast_quality [SECTION]      sections: peers wql m5 oil vn2 freshretail
//   online_retail
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "daemon/forecast_eval/evaluate.hpp"
#include "daemon/forecast_eval/score_table.hpp"
#include "forecasting/scoring.hpp"
#include "forecasting/series_model.hpp"
#include "tests/bench/forecasting/count_scores.hpp"
#include "tests/bench/forecasting/online_replay.hpp"
#include "tests/bench/forecasting/order_windows.hpp"
#include "tests/support/packed/packed_file.hpp"

namespace forestall::test {
namespace {

using namespace forecasting;
using Folder = std::filesystem::path;

bool skipped(const char* section, const Error& error) {
  fmt::print("{}: skipped, {}\n", section, error.detail);
  return false;
}

HourFactors flat_week() {
  HourFactors ones{};
  ones.fill(1);
  return ones;
}

// CRPS, log score and PIT of our two models on a set of series at one or several origins; `replay.in_stock`
// masks.
void series_section(const std::string& name, Replay replay, std::size_t horizon, int period, int origins) {
  CountScores batch_step(name + ": pooled smoothers, next step");
  CountScores batch_window(fmt::format("{}: pooled smoothers, {} steps", name, horizon));
  CountScores belief_step(name + ": online belief, next step");
  CountScores belief_window(fmt::format("{}: online belief, {} steps", name, horizon));
  CountScores zero(fmt::format("{}: nothing ever sells, {} steps", name, horizon));
  CountScores blocks(fmt::format("{}: Poisson of the mean, {} steps", name, horizon));
  const std::size_t length = replay.units.front().size();
  for (int origin = origins; origin >= 1; --origin) {
    const std::size_t cut = length - static_cast<std::size_t>(origin) * horizon;
    replay.train_steps = cut;
    // The batch model has no mask: steps out of stock are taken out of its histories.
    SeriesSet histories;
    for (std::size_t i = 0; i < replay.units.size(); ++i) {
      histories.emplace_back();
      for (std::size_t t = 0; t < cut; ++t) {
        if (replay.in_stock.empty() || replay.in_stock[i][t]) histories.back().push_back(replay.units[i][t]);
      }
    }
    std::vector<std::span<const float>> train(histories.begin(), histories.end());
    SeriesModelOptions options;
    options.horizon_steps = static_cast<int>(horizon);
    options.season_period = period;
    const auto model = SeriesModel::fit_best(train, options);
    if (!model) return;
    SeriesModel::Forecaster forecaster(*model);
    const OnlineSet online(replay, flat_week(), learn_prior(replay));
    for (std::size_t i = 0; i < replay.units.size(); ++i) {
      const double scale = mean_absolute_difference(train[i]);
      const auto forecast = forecaster.forecast(train[i]);
      if (!forecast || train[i].size() < 2) continue;
      const DemandBelief belief = online.after(i, cut);
      double mean = 0;
      for (const float y : train[i]) mean += static_cast<double>(y) / static_cast<double>(train[i].size());
      double sum = 0;
      bool all_in_stock = true;
      for (std::size_t h = 0; h < horizon; ++h) {
        all_in_stock = all_in_stock && (replay.in_stock.empty() || replay.in_stock[i][cut + h]);
        sum += static_cast<double>(replay.units[i][cut + h]);
        const auto units = static_cast<int>(std::lround(sum));
        const std::int64_t now = online.start_of(cut);
        if (h == 0 && all_in_stock) {
          batch_step.add(forecast->step, units, scale, 1);
          belief_step.add(online.filter().window(belief, now, now, online.start_of(cut + 1)), units, scale,
                          1);
        }
        if (h + 1 == horizon && all_in_stock) {
          const auto steps = static_cast<double>(horizon);
          batch_window.add(forecast->window, units, scale, steps);
          belief_window.add(online.filter().window(belief, now, now, online.start_of(cut + horizon)), units,
                            scale, steps);
          zero.add(WindowDemand{}, units, scale, steps);
          blocks.add(WindowDemand{mean * steps, mean * steps}, units, scale, steps);
        }
      }
    }
  }
  for (CountScores* row : {&batch_step, &belief_step, &batch_window, &belief_window, &blocks, &zero}) {
    fmt::print("{}", row->line());
  }
  std::fflush(stdout);
}

Replay replay_of(const SeriesFile& file) {
  Replay replay;
  for (std::size_t i = 0; i < file.size(); ++i) {
    replay.units.emplace_back(file.series(i).begin(), file.series(i).end());
  }
  return replay;
}

bool peers(const Folder& folder) {
  for (const std::string set : {"carparts", "auto"}) {
    const auto bytes = read_packed(folder / "peers" / (set + ".bin.gz"));
    if (!bytes) return skipped("peers", bytes.error());
    const auto file = parse_series(*bytes);
    if (!file) return skipped("peers", file.error());
    const auto rows = forecast_quantiles(*file, 1);
    if (!rows) return skipped("peers", rows.error());
    std::vector<NamedScores> table = {{"FORESTALL", score_quantiles(*file, *rows)}};
    double best_window = 1e9;
    double best_step = 1e9;
    std::vector<Folder> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "peers"))
      paths.push_back(entry.path());
    std::ranges::sort(paths);
    for (const Folder& path : paths) {
      const std::string name = path.filename().string();
      if (!name.starts_with(set + "_q_")) continue;
      const auto text = read_packed(path);
      const auto peer = text ? parse_quantiles(*text) : std::unexpected(text.error());
      if (!peer || peer->size() != file->size()) continue;
      table.push_back(
          {name.substr(set.size() + 3, name.find('.') - set.size() - 3), score_quantiles(*file, *peer)});
      best_window = std::min(best_window, table.back().scores.window);
      best_step = std::min(best_step, table.back().scores.step);
    }
    fmt::print("== {}: {} series, window of {} steps; mean pinball at nine levels / mean |difference|\n{}",
               set, file->size(), file->horizon, format_score_table(table));
    fmt::print("ours / best peer: window {:.3f}, step {:.3f}\n\n{}", table[0].scores.window / best_window,
               table[0].scores.step / best_step, CountScores::head());
    // All steps of the files, so the last H steps are the test part here too.
    Replay replay = replay_of(*file);
    series_section(set, std::move(replay), static_cast<std::size_t>(file->horizon), 1, 1);
    fmt::print("\n");
  }
  return true;
}

// Weighted quantile loss over twelve single months, levels .1 .. .9, missing = 0, as the Chronos evaluation
// does it.
bool wql(const Folder& folder) {
  const auto text = read_packed(folder / "intermittent" / "carparts_2674x51_monthly.csv.gz");
  if (!text) return skipped("wql", text.error());
  const SeriesSet all = parse_carparts(*text);
  constexpr std::size_t ahead = 12;
  std::vector<std::span<const float>> train;
  for (const auto& series : all) train.push_back(std::span(series).first(series.size() - ahead));
  SeriesModelOptions options;
  options.horizon_steps = ahead;
  const auto model = SeriesModel::fit_best(train, options);
  if (!model) return false;
  SeriesModel::Forecaster forecaster(*model);
  std::array<double, 9> levels{};
  for (std::size_t u = 0; u < levels.size(); ++u) levels[u] = 0.1 * static_cast<double>(u + 1);
  std::array<int, 9> quantiles{};
  std::vector<double> scratch(8192);
  double loss = 0;
  double zero = 0;
  double sold = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    mixture_quantiles(forecaster.forecast(train[i])->step, levels, scratch, quantiles);
    for (std::size_t t = all[i].size() - ahead; t < all[i].size(); ++t) {
      const auto y = static_cast<double>(all[i][t]);
      sold += y;
      for (std::size_t u = 0; u < levels.size(); ++u) {
        loss += 2 * pinball(y, quantiles[u], levels[u]) / 9;
        zero += 2 * pinball(y, 0, levels[u]) / 9;
      }
    }
  }
  fmt::print(
      "== carparts, 12 months ahead, {} series: weighted quantile loss {:.4f}; all-zero control {:.4f}\n\n",
      all.size(), loss / sold, zero / sold);
  return true;
}

bool m5(const Folder& folder) {
  const auto set = load_m5_tiny(folder);
  if (!set) return skipped("m5", set.error());
  Replay replay;
  for (const auto& series : *set) replay.units.emplace_back(series.end() - 421, series.end());
  fmt::print("== m5_tiny, days\n{}", CountScores::head());
  series_section("m5_tiny", replay, 7, 7, 4);
  series_section("m5_tiny", replay, 28, 7, 1);
  return true;
}

bool oil(const Folder& folder) {
  const auto set = load_oil(folder);
  if (!set) return skipped("oil", set.error());
  Replay replay;
  for (const auto& series : *set) {
    if (std::ranges::any_of(std::span(series).first(series.size() - 6), [](float y) { return y > 0; })) {
      replay.units.push_back(series);
    }
  }
  fmt::print("== oil, months\n{}", CountScores::head());
  series_section("oil", std::move(replay), 6, 1, 1);
  return true;
}

bool vn2(const Folder& folder) {
  auto set = load_vn2(folder);
  if (!set) return skipped("vn2", set.error());
  fmt::print("== vn2, weeks in stock\n{}", CountScores::head());
  Replay replay{std::move(set->units), std::move(set->in_stock), 86'400, 0};
  series_section("vn2", replay, 1, 1, 4);
  series_section("vn2", std::move(replay), 3, 1, 3);
  return true;
}

bool freshretail(const Folder& folder) {
  auto set = load_freshretail(folder, 400);
  if (!set) return skipped("freshretail", set.error());
  Replay replay{std::move(set->units), std::move(set->in_stock), 3'600, 60 * 24};
  fmt::print("== freshretail, hours in stock, last 30 of 90 days\n{}", CountScores::head());
  const StratumPrior prior = learn_prior(replay);
  for (const bool profiled : {true, false}) {
    const OnlineSet online(replay, profiled ? learn_profile(replay) : flat_week(), prior);
    const char* name = profiled ? "hour of week" : "flat week";
    for (const std::size_t hours : {std::size_t{1}, std::size_t{4}, std::size_t{24}}) {
      CountScores scores(fmt::format("online belief, {}, next {} h", name, hours));
      for (std::size_t i = 0; i < replay.units.size(); ++i) {
        DemandBelief belief = online.after(i, replay.train_steps);
        for (std::size_t t = replay.train_steps; t + hours <= replay.units[i].size(); ++t) {
          // One window a day, beginning at an hour that moves on.
          if (t % 24 == (6 + 5 * (t / 24)) % 18) {
            double sum = 0;
            bool in_stock = true;
            for (std::size_t h = t; h < t + hours; ++h) {
              in_stock = in_stock && replay.in_stock[i][h];
              sum += static_cast<double>(replay.units[i][h]);
            }
            const std::int64_t now = online.start_of(t);
            if (in_stock) {
              scores.add(online.filter().window(belief, now, now, online.start_of(t + hours)),
                         static_cast<int>(std::lround(sum)), 1, 1);
            }
          }
          online.step(belief, i, t);
        }
      }
      fmt::print("{}", scores.line());
    }
  }
  fmt::print("\n");
  return true;
}

bool online_retail(const Folder& folder) {
  std::size_t skus = 0;
  const auto lines = load_online_retail(folder, skus);
  if (!lines) return skipped("online_retail", lines.error());
  fmt::print("== online_retail, invoice lines, beliefs from January, asked in July and August\n{}",
             score_order_windows(*lines, skus));
  return true;
}

}  // namespace
}  // namespace forestall::test

int main(int argc, char** argv) {
  using namespace forestall::test;
  const auto folder = data_folder(FORESTALL_SOURCE_DIR);
  const std::string only = argc > 1 ? argv[1] : "";
  const std::pair<const char*, bool (*)(const Folder&)> sections[] = {{"peers", peers},
                                                                      {"wql", wql},
                                                                      {"m5", m5},
                                                                      {"oil", oil},
                                                                      {"vn2", vn2},
                                                                      {"freshretail", freshretail},
                                                                      {"online_retail", online_retail}};
  for (const auto& [name, run] : sections) {
    if (only.empty() || only == name) run(folder);
    std::fflush(stdout);
  }
  return 0;
}
