// SPDX-License-Identifier: Apache-2.0
// Speed of the online belief and of window queries on one core, beside what the memory itself gives in the
// same run.
//   nice taskset -c 0 build-release/bin/forecast_speed
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <numeric>
#include <random>

#include "forecasting/demand_filter.hpp"
#include "tests/bench/forecasting/data_sets.hpp"

namespace forestall::forecasting {
namespace {

constexpr std::size_t sku_count = 1'000'000;
constexpr std::int64_t start_seconds = 1'700'000'000;

struct World {
  std::vector<WeekProfile> profiles;
  std::vector<StratumPrior> strata = std::vector<StratumPrior>(1);
  explicit World(bool flat) {
    HourFactors factors;
    for (std::size_t h = 0; h < factors.size(); ++h)
      factors[h] = flat ? 1 : 0.2 + static_cast<double>(h % 24) / 12;
    profiles.push_back(WeekProfile::make(factors).value());
  }
  DemandFilter filter() const { return {profiles, strata}; }
};

std::vector<DemandBelief> beliefs(const DemandFilter& filter) {
  auto one = filter.start(0, 0, start_seconds).value();
  filter.set_selling(one, start_seconds, true).value();
  return std::vector<DemandBelief>(sku_count, one);
}

// One sale of one unit a SKU and round, half a day to a day and a half after its last.
void update(benchmark::State& state, bool random_order, bool flat) {
  const World world(flat);
  const DemandFilter filter = world.filter();
  auto all = beliefs(filter);
  std::vector<std::uint32_t> order(sku_count);
  std::iota(order.begin(), order.end(), 0U);
  if (random_order) std::shuffle(order.begin(), order.end(), std::mt19937(1));
  std::uint32_t noise = 1;
  std::size_t i = 0;
  for (auto _ : state) {
    // The next few addresses are known, as they are when a batch of events is applied.
    __builtin_prefetch(&all[order[i + 8 < sku_count ? i + 8 : i]], 1);
    DemandBelief& belief = all[order[i]];
    noise = noise * 1'664'525U + 1'013'904'223U;
    const auto ok = filter.observe(belief, belief.last_seconds + 43'200 + (noise >> 16), noise >> 30);
    benchmark::DoNotOptimize(ok);
    if (++i == sku_count) i = 0;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(update, in_order_flat, false, true);
BENCHMARK_CAPTURE(update, in_order_hour_of_week, false, false);
BENCHMARK_CAPTURE(update, random_order_flat, true, true);
BENCHMARK_CAPTURE(update, random_order_hour_of_week, true, false);

void memory_in_order(benchmark::State& state) {
  std::vector<DemandBelief> all(sku_count);
  for (auto _ : state) {
    for (DemandBelief& belief : all) ++belief.last_seconds;
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(sku_count));
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(2 * sku_count * sizeof(DemandBelief)));
}
BENCHMARK(memory_in_order)->Unit(benchmark::kMillisecond);

void memory_random_order(benchmark::State& state) {
  std::vector<DemandBelief> all(sku_count);
  std::vector<std::uint32_t> order(sku_count);
  std::iota(order.begin(), order.end(), 0U);
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  for (auto _ : state) {
    for (std::size_t i = 0; i < sku_count; ++i) {
      __builtin_prefetch(&all[order[i + 8 < sku_count ? i + 8 : i]], 1);
      ++all[order[i]].last_seconds;
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(sku_count));
}
BENCHMARK(memory_random_order)->Unit(benchmark::kMillisecond);

// A year of days replayed from nothing (silent days cost nothing), then the full distribution of the next
// week.
void refit_m5_tiny_365(benchmark::State& state) {
  const auto set = test::load_m5_tiny(test::data_folder(FORESTALL_SOURCE_DIR));
  if (!set) {
    state.SkipWithError(set.error().detail.c_str());
    return;
  }
  // What the ledger keeps: the days with sales.
  struct Sale {
    std::uint16_t day;
    std::uint16_t units;
  };
  std::vector<std::vector<Sale>> sales;
  std::int64_t events = 0;
  for (const auto& series : *set) {
    sales.emplace_back();
    const auto first = series.size() - 365;
    for (std::size_t day = 0; day < 365; ++day) {
      if (series[first + day] > 0) {
        sales.back().push_back(
            {static_cast<std::uint16_t>(day), static_cast<std::uint16_t>(series[first + day])});
      }
    }
    events += static_cast<std::int64_t>(sales.back().size());
  }
  const World world(true);
  const DemandFilter filter = world.filter();
  const auto fresh = beliefs(filter)[0];
  std::array<double, 64> mass{};
  const std::int64_t end = start_seconds + 365 * 86'400;
  for (auto _ : state) {
    for (const auto& one : sales) {
      DemandBelief belief = fresh;
      for (const Sale& sale : one) {
        static_cast<void>(filter.observe(belief, start_seconds + (sale.day + 1) * 86'400, sale.units));
      }
      pmf(filter.window(belief, end, end, end + 7 * 86'400), mass);
      benchmark::DoNotOptimize(mass);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(sales.size()));
  state.counters["events_per_series"] = static_cast<double>(events) / static_cast<double>(sales.size());
}
BENCHMARK(refit_m5_tiny_365)->Unit(benchmark::kMillisecond);

void shortfall_query(benchmark::State& state) {
  const auto units = static_cast<int>(state.range(0));
  const double mean = static_cast<double>(state.range(1)) / 10;
  WindowDemand demand{mean, 1.7 * mean};
  for (auto _ : state) {
    benchmark::DoNotOptimize(demand);
    benchmark::DoNotOptimize(shortfall(demand, units));
  }
}
BENCHMARK(shortfall_query)
    ->ArgNames({"units", "mean_x10"})
    ->Args({1, 2})
    ->Args({5, 20})
    ->Args({20, 150})
    ->Args({50, 60})
    ->Args({50, 400});

void window_from_belief(benchmark::State& state) {
  const World world(false);
  const DemandFilter filter = world.filter();
  auto belief = beliefs(filter)[0];
  for (int i = 1; i < 40; ++i) static_cast<void>(filter.observe(belief, start_seconds + i * 50'000, 1));
  const std::int64_t now = belief.last_seconds + 5'000;
  for (auto _ : state) {
    benchmark::DoNotOptimize(belief);
    benchmark::DoNotOptimize(filter.window(belief, now, now, now + 1'800));
  }
}
BENCHMARK(window_from_belief);

}  // namespace
}  // namespace forestall::forecasting

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  // The same year of days through R's forecast package, where it is installed.
  const char* script =
      "command -v Rscript >/dev/null && Rscript -e 'if (!requireNamespace(\"forecast\", quietly=TRUE)) "
      "quit(status=3); "
      "set.seed(1); x <- lapply(1:40, function(i) rnbinom(365, size=.5, mu=1)); library(forecast); "
      "t <- system.time(for (y in x) croston(y, h=7))[[1]]; cat(\"forecast::croston\", 40/t, "
      "\"series/s\\n\"); "
      "t <- system.time(for (y in x) ets(y, \"ANN\"))[[1]]; cat(\"forecast::ets\", 40/t, \"series/s\\n\")' "
      "2>/dev/null";
  if (std::system(script) != 0)
    fmt::print("R's forecast package is not installed: croston and ets are not timed\n");
  return 0;
}
