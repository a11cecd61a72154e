// SPDX-License-Identifier: Apache-2.0
// Order lines per second through the world: left alone, with the shared counter, with buffers at three
// polling regimes; beside the cost of reading the lines alone.
#include <benchmark/benchmark.h>

#include "daemon/backtest/world/fixed_buffer.hpp"
#include "daemon/backtest/world/run.hpp"
#include "daemon/backtest/world/shoppers.hpp"

namespace {

using namespace forestall::world;
using forestall::Instant;

const Instant start = std::chrono::sys_days(std::chrono::year{2026} / 1 / 5);

struct Setting {
  Catalogue catalogue = Catalogue::plain(10'000, 3);
  Demand demand = shoppers(
      {.seed = 1, .start = start, .end = start + std::chrono::days{208}, .lines_per_sku_day = 1}, catalogue);
  Scenario scenario{.seed = 1, .start = start + std::chrono::days{28}, .end = start + std::chrono::days{208}};
  Setting() { scenario.channels.resize(3); }
};

const Setting& setting() {
  static const Setting one;
  return one;
}

void report(benchmark::State& state, const Truth& truth) {
  state.counters["lines"] = static_cast<double>(truth.lines.offered);
  state.counters["lines/s"] = benchmark::Counter(static_cast<double>(truth.lines.offered),
                                                 benchmark::Counter::kIsIterationInvariantRate);
  state.counters["oversold"] = static_cast<double>(truth.lines.oversold);
  state.counters["refused%"] =
      100.0 * static_cast<double>(truth.lines.refused) / static_cast<double>(truth.lines.offered);
  state.counters["writes"] = static_cast<double>(truth.writes);
}

void reading_alone(benchmark::State& state) {
  const Demand& demand = setting().demand;
  for (auto _ : state) {
    std::int64_t sum = 0;
    for (LineIndex i = 0; i < demand.size(); ++i)
      sum += demand.time[i].time_since_epoch().count() + demand.listing[i] + demand.units[i];
    benchmark::DoNotOptimize(sum);
  }
  state.counters["lines/s"] =
      benchmark::Counter(demand.size(), benchmark::Counter::kIsIterationInvariantRate);
}

void nobody_acts(benchmark::State& state, Acceptance acceptance) {
  Scenario scenario = setting().scenario;
  scenario.acceptance = acceptance;
  Truth truth;
  for (auto _ : state) {
    World world(scenario, setting().catalogue, setting().demand);
    Nobody nobody;
    run(world, nobody);
    state.PauseTiming();
    truth = world.truth();
    state.ResumeTiming();
  }
  report(state, truth);
}

void buffer(benchmark::State& state, int factor, int units, double losses) {
  Scenario scenario = setting().scenario;
  scenario.stock.loss_rate = losses;
  Truth truth;
  using std::chrono_literals::operator""min;
  for (auto _ : state) {
    World world(scenario, setting().catalogue, setting().demand);
    FixedBuffer policy(world,
                       {.buffer = units, .poll_every = {factor * 5min, factor * 1min, factor * 15min}});
    run(world, policy);
    state.PauseTiming();
    truth = world.truth();
    state.ResumeTiming();
  }
  report(state, truth);
}

BENCHMARK(reading_alone)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(nobody_acts, left_alone, Acceptance::listed)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(nobody_acts, shared_counter, Acceptance::shared_book)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(buffer, x1_buffer0, 1, 0, 0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(buffer, x1_buffer0_losses, 1, 0, 0.01)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(buffer, x12_buffer1, 12, 1, 0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(buffer, x96_buffer0, 96, 0, 0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(buffer, x96_buffer2, 96, 2, 0)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
