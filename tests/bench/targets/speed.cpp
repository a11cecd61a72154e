// SPDX-License-Identifier: Apache-2.0
// How long a choice takes: three channels, plenty and scarce, beside the single tail it would take anyway.
#include <benchmark/benchmark.h>

#include <array>

#include "forecasting/targets/targets.hpp"

namespace forestall::forecasting {
namespace {

std::array<ListingTerms, 3> channels(double until_receipt, double blind, int shown, double k) {
  constexpr std::array share = {.60, .25, .15};
  std::array<ListingTerms, 3> out;
  for (std::size_t l = 0; l < 3; ++l) {
    out[l].until_receipt = {until_receipt * share[l], until_receipt * share[l] * 1.5};
    out[l].blind = {blind * share[l], blind * share[l] * 2};
    out[l].cancel_cost = k;
    out[l].exposure_units = shown;
  }
  return out;
}

void run(benchmark::State& state, int stock, std::array<ListingTerms, 3> listings, Reason expected) {
  const StockTerms sku{stock};
  SkuVerdict verdict;
  std::array<ListingTarget, 3> targets;
  for (auto _ : state) {
    benchmark::DoNotOptimize(listings);
    auto ok = choose_targets({&sku, 1}, listings, {&verdict, 1}, targets);
    benchmark::DoNotOptimize(ok);
    benchmark::DoNotOptimize(targets);
  }
  if (verdict.reason != expected) state.SkipWithError(reason_name(verdict.reason));
}

void plenty(benchmark::State& state) {
  run(state, static_cast<int>(state.range(0)), channels(8, .01, 500, 10), Reason::race_below_write);
}
BENCHMARK(plenty)->Arg(6)->Arg(50)->Arg(500);

void plenty_last_unit_of_a_slow_sku(benchmark::State& state) {
  run(state, 1, channels(.3, .0001, 1, 10), Reason::race_below_write);
}
BENCHMARK(plenty_last_unit_of_a_slow_sku);

void scarce_entering(benchmark::State& state) {
  const auto stock = static_cast<int>(state.range(0));
  run(state, stock, channels(10 * stock, .5 * stock, stock, 20), Reason::split_pays);
}
BENCHMARK(scarce_entering)->Arg(1)->Arg(3)->Arg(6)->Arg(12)->Arg(25)->Arg(50);

void scarce_established(benchmark::State& state) {
  const auto stock = static_cast<int>(state.range(0));
  run(state, stock, channels(10 * stock, .5 * stock, stock / 3, 20), Reason::split_pays);
}
BENCHMARK(scarce_established)->Arg(3)->Arg(6)->Arg(12)->Arg(25)->Arg(50);

void one_tail(benchmark::State& state) {
  WindowDemand demand{.35, .7};
  for (auto _ : state) {
    benchmark::DoNotOptimize(demand);
    benchmark::DoNotOptimize(expected_excess(demand, 12));
  }
}
BENCHMARK(one_tail);

}  // namespace
}  // namespace forestall::forecasting

BENCHMARK_MAIN();
