// SPDX-License-Identifier: Apache-2.0
// A snapshot of many rows through the connector: time, memory, and the longest turn of the event loop; beside
// reading the same file line by line and cutting it at commas.
//   bench_stock_csv [ROWS]
#include <fmt/format.h>
#include <stdlib.h>
#include <time.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "config/base/text.hpp"
#include "connectors/net/system_clock.hpp"
#include "connectors/stock/csv/source.hpp"
#include "tests/support/http/fake_client.hpp"

namespace {

using namespace forestall;
using Seconds = std::chrono::duration<double>;

double now() { return Seconds(std::chrono::steady_clock::now().time_since_epoch()).count(); }
// Of this thread: what a turn costs, whoever else uses the machine.
double cpu() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}
long resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  return 0;
}

void write_snapshot(const std::filesystem::path& folder, int rows, int day) {
  {
    std::ofstream file(folder / ".part");
    file << "sku,on_hand,as_of\n";
    for (int i = 0; i < rows; ++i)
      file << fmt::format("SKU-{:07},{},2026-01-{:02}T03:00:00Z\n", i, i % 100, day);
  }
  std::filesystem::rename(folder / ".part", folder / "stock.csv");
}

struct Totals {
  std::size_t pages = 0, observations = 0;
  bool done = false;
};

boost::asio::awaitable<void> read_all(ports::StockSource& source, std::string& cursor, Totals& totals) {
  for (bool more = true; more;) {
    const auto page = co_await source.poll({cursor}, std::chrono::seconds(60));
    if (!page) {
      fmt::print("{}\n", page.error().detail);
      break;
    }
    cursor = page->next.text;
    more = page->more;
    ++totals.pages;
    totals.observations += page->observations.size();
  }
  totals.done = true;
}

}  // namespace

int main(int argc, char** argv) {
  const int rows = argc > 1 ? std::stoi(argv[1]) : 1'000'000;
  std::string name = "/tmp/bench_stock_csv_XXXXXX";
  const std::filesystem::path folder = ::mkdtemp(name.data());
  boost::asio::io_context io;
  net::SystemClock clock(io.get_executor());
  SeededRandom random{1};
  MemoryLogSink sink;
  ports::Sessions sessions;
  test::FakeClient http{clock, [](const http::Request&) { return test::json_response(500, "{}"); }};
  config::StockSettings settings;
  settings.id = SourceId::literal("wms");
  settings.path = folder;
  settings.location = LocationId::literal("Hamburg");
  const ports::Context context{http, clock, random, Logger(sink), sessions};
  const auto source = stock_csv::make_stock_source(settings, context).value();
  std::string cursor;
  const auto before = resident_kib();
  for (int day = 1; day <= 3; ++day) {
    Totals totals;
    io.restart();
    if (day == 1) {  // the source watches from its first look on
      boost::asio::co_spawn(io, read_all(*source, cursor, totals), boost::asio::detached);
      while (!totals.done) io.run_one();
      totals = {};
      io.restart();
    }
    write_snapshot(folder, day == 3 ? rows / 2 : rows, day);
    const double start = now(), start_cpu = cpu();
    double longest = 0, longest_cpu = 0;
    boost::asio::co_spawn(io, read_all(*source, cursor, totals), boost::asio::detached);
    while (!totals.done) {
      const double turn = now(), turn_cpu = cpu();
      io.run_one();
      longest = std::max(longest, now() - turn);
      longest_cpu = std::max(longest_cpu, cpu() - turn_cpu);
    }
    fmt::print("snapshot {} of {} rows: {:.2f} s ({:.2f} s of CPU), {} pages, {} observations\n", day,
               day == 3 ? rows / 2 : rows, now() - start, cpu() - start_cpu, totals.pages,
               totals.observations);
    fmt::print("  longest turn {:.2f} ms ({:.2f} ms of CPU), {} MiB more resident\n", longest * 1e3,
               longest_cpu * 1e3, (resident_kib() - before) / 1024);
  }
  const double start = now(), start_cpu = cpu();
  std::ifstream file(folder / "stock.csv");
  std::size_t cells = 0;
  for (std::string line; std::getline(file, line);) cells += split(line, ',').size();
  fmt::print("the last file line by line, cut at commas: {:.2f} s ({:.2f} s of CPU, {} cells)\n",
             now() - start, cpu() - start_cpu, cells);
  std::filesystem::remove_all(folder);
}
