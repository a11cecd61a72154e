// SPDX-License-Identifier: Apache-2.0
// Loading, printing and comparing a configuration of N accounts, beside toml++ reading the same text alone.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include <cstdlib>
#include <string>

#include "config/settings/diff.hpp"
#include "config/settings/load.hpp"
#include "config/settings/print.hpp"

namespace {

using namespace forestall::config;

std::string text_of(std::int64_t accounts) {
  std::string text;
  for (std::int64_t i = 0; i < accounts; ++i) {
    if (i % 10 == 0)
      text += fmt::format(
          "[[seller]]\nid = \"seller-{}\"\ntime_zone = \"Europe/Berlin\"\ncurrency = \"EUR\"\n", i / 10);
    text += fmt::format(
        "[[account]]\nid = \"account-{}\"\nseller = \"seller-{}\"\nkind = \"amazon\"\nmarketplace = \"A1\"\n"
        "merchant_id = \"M{}\"\nclient_id = \"client\"\nclient_secret_file = \"/secrets/client\"\n"
        "refresh_token_file = \"/secrets/{}\"\nmode = \"guard\"\npoll.orders = \"5m\"\n"
        "breaker = {{ listings = 30, value = \"1000 EUR\" }}\nrates = {{ searchOrders = \"1/3m burst 20\" "
        "}}\n",
        i, i / 10, i, i);
  }
  return text;
}

const LoadOptions options{.read_secrets = false};

void load_settings(benchmark::State& state) {
  const auto text = text_of(state.range(0));
  for (auto _ : state) {
    auto settings = parse(text, "bench.toml", options);
    if (!settings) std::abort();
    benchmark::DoNotOptimize(settings);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void toml_alone(benchmark::State& state) {
  const auto text = text_of(state.range(0));
  for (auto _ : state) {
    auto table = toml::parse(text);
    benchmark::DoNotOptimize(table);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void print_settings(benchmark::State& state) {
  const auto settings = parse(text_of(state.range(0)), "bench.toml", options);
  for (auto _ : state) benchmark::DoNotOptimize(effective(*settings));
}

void plan_a_reload(benchmark::State& state) {
  const auto settings = parse(text_of(state.range(0)), "bench.toml", options);
  for (auto _ : state) benchmark::DoNotOptimize(plan_reload(*settings, *settings));
}

BENCHMARK(load_settings)->Arg(10)->Arg(5000)->Unit(benchmark::kMillisecond);
BENCHMARK(toml_alone)->Arg(10)->Arg(5000)->Unit(benchmark::kMillisecond);
BENCHMARK(print_settings)->Arg(5000)->Unit(benchmark::kMillisecond);
BENCHMARK(plan_a_reload)->Arg(5000)->Unit(benchmark::kMillisecond);

}  // namespace
