// SPDX-License-Identifier: Apache-2.0
// CSV and the mapping file in MB/s, beside splitting the same text at commas without any regard to its rules.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "config/base/text.hpp"
#include "connectors/csv/encoding.hpp"
#include "connectors/csv/reader.hpp"
#include "connectors/mapping/mapping.hpp"

namespace {

constexpr int rows = 200'000;

std::string plain_text() {
  std::string text = "account,listing,sku,units\n";
  for (int i = 0; i < rows; ++i)
    text += fmt::format("amazon-de,LISTING-{:07},SKU-{:07},{}\n", i, i / 2, 1 + i % 3);
  return text;
}

std::string quoted_text() {
  std::string text;
  for (int i = 0; i < rows; ++i)
    text += fmt::format("\"amazon-de\",\"A \"\"name\"\", {:07}\",\"SKU-{:07}\",\"{}\"\n", i, i / 2, i % 9);
  return text;
}

void set_rate(benchmark::State& state, std::string_view text) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.SetItemsProcessed(state.iterations() * rows);
}

void read_all(benchmark::State& state, const std::string& text) {
  using forestall::csv::Reader;
  for (auto _ : state) {
    Reader reader(',');
    reader.feed(text);
    reader.finish();
    std::size_t fields = 0;
    while (reader.next() == Reader::Step::row) fields += reader.row().fields.size();
    if (fields < 4 * rows) std::abort();
    benchmark::DoNotOptimize(fields);
  }
  set_rate(state, text);
}

void read_plain(benchmark::State& state) { read_all(state, plain_text()); }
void read_quoted(benchmark::State& state) { read_all(state, quoted_text()); }

void split_only(benchmark::State& state) {
  const auto text = plain_text();
  for (auto _ : state) {
    std::size_t fields = 0;
    for (const auto line : forestall::split(text, '\n')) fields += forestall::split(line, ',').size();
    benchmark::DoNotOptimize(fields);
  }
  set_rate(state, text);
}

void decode_windows1252(benchmark::State& state) {
  auto text = plain_text();
  text += "\xFC";
  for (auto _ : state)
    benchmark::DoNotOptimize(
        forestall::csv::decode(text, forestall::csv::Encoding::automatic)->view().size());
  set_rate(state, text);
}

void mapping_file(benchmark::State& state) {
  const auto text = plain_text();
  for (auto _ : state) benchmark::DoNotOptimize(forestall::mapping::parse_mapping(text)->rows);
  set_rate(state, text);
}

BENCHMARK(split_only)->Unit(benchmark::kMillisecond);
BENCHMARK(read_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(read_quoted)->Unit(benchmark::kMillisecond);
BENCHMARK(decode_windows1252)->Unit(benchmark::kMillisecond);
BENCHMARK(mapping_file)->Unit(benchmark::kMillisecond);

}  // namespace
