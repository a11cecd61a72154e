// SPDX-License-Identifier: Apache-2.0
// forecast-eval: forecasts a file of series with what Forestall uses itself, and scores forecasts of any
// origin.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "daemon/forecast_eval/evaluate.hpp"
#include "daemon/forecast_eval/score_table.hpp"

namespace forestall {
namespace {

struct Arguments {
  std::string in;
  std::string out;
  int period = 1;
  std::vector<std::string> peers;
};

std::string base_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

Status run(const Arguments& arguments) {
  auto bytes = read_whole_file(arguments.in);
  if (!bytes) return std::unexpected(bytes.error());
  const auto file = parse_series(*bytes);
  if (!file) return fail_in(arguments.in, file.error());
  std::vector<NamedScores> table;
  if (!arguments.out.empty() || arguments.peers.empty()) {
    const auto rows = forecast_quantiles(*file, arguments.period);
    if (!rows) return fail_in(arguments.in, rows.error());
    if (!arguments.out.empty()) {
      if (auto written = write_whole_file(arguments.out, format_quantiles(*rows)); !written) return written;
    }
    table.push_back({"forestall", score_quantiles(*file, *rows)});
  }
  for (const std::string& path : arguments.peers) {
    const auto text = read_whole_file(path);
    if (!text) return std::unexpected(text.error());
    const auto rows = parse_quantiles(*text);
    if (!rows) return fail_in(path, rows.error());
    if (rows->size() != file->size()) {
      return fail(ErrorCode::parse,
                  fmt::format("{}: {} rows for {} series", path, rows->size(), file->size()));
    }
    table.push_back({base_name(path), score_quantiles(*file, *rows)});
  }
  fmt::print("{}", format_score_table(std::move(table)));
  return {};
}

}  // namespace
}  // namespace forestall

int main(int argc, char** argv) {
  CLI::App app{
      "Forecasts sets of series and scores forecasts: mean scaled pinball at the nine M5 quantiles."};
  forestall::Arguments arguments;
  app.add_option("--in", arguments.in, "series: int32 n, H; per series int32 length, float32[length]")
      ->required();
  app.add_option("--out", arguments.out, "write our 18 quantiles a series here (CSV)");
  app.add_option("--period", arguments.period, "steps of a season: 7 for days, 12 for months, 1 for none")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--score", arguments.peers, "quantile files to score beside ours");
  CLI11_PARSE(app, argc, argv);
  const auto status = forestall::run(arguments);
  if (!status) {
    fmt::print(stderr, "forecast-eval: {}\n", to_string(status.error()));
    return 1;
  }
  return 0;
}
