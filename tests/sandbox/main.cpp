// SPDX-License-Identifier: Apache-2.0
// forestall-sandbox: composes the market, Amazon, the control endpoints and the server.
#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <vector>

#include "tests/sandbox/amazon/api.hpp"
#include "tests/sandbox/baseline.hpp"
#include "tests/sandbox/carrier/easypost.hpp"
#include "tests/sandbox/control.hpp"
#include "tests/sandbox/daemon_config.hpp"
#include "tests/sandbox/http_server.hpp"
#include "tests/sandbox/market.hpp"
#include "tests/sandbox/options.hpp"
#include "tests/sandbox/report.hpp"
#include "tests/sandbox/truth_json.hpp"

namespace {

using namespace forestall;
using namespace forestall::sandbox;

// Prints the truth for people while it becomes one.
class Reporter {
 public:
  explicit Reporter(const Market& market)
      : market_(market),
        beside_(market.setting(), market.options().beside, 0),
        terminal_(isatty(STDOUT_FILENO) == 1),
        next_(Steady::now() + market.options().report) {}

  void tick() {
    if (Steady::now() < next_) return;
    next_ += market_.options().report;
    beside_.advance_to(market_.now());
    const auto line = live_line(market_.now(), here(), beside());
    fmt::print("{}{}{}", terminal_ ? "\r\x1b[K" : "", line, terminal_ ? "" : "\n");
    std::fflush(stdout);
  }
  void result() {
    beside_.advance_to(market_.now());
    std::vector<ReportRow> rows{here(), beside()};
    for (const Millis every : {Millis(std::chrono::hours{1}), Millis(std::chrono::hours{8})})
      if (every != beside_.every()) rows.push_back({tool_name(every), market_.baseline(every, 0)});
    fmt::print("{}\n", result_table(market_.setting().scenario.start, market_.now(), rows));
    std::fflush(stdout);
  }

 private:
  using Steady = std::chrono::steady_clock;
  static std::string tool_name(Millis every) { return "a plain tool every " + duration_text(every); }
  ReportRow here() const {
    const bool guarded = market_.options().daemon_mode == "guard";
    return {guarded ? "with Forestall" : "as it went", market_.world().truth()};
  }
  ReportRow beside() const { return {tool_name(beside_.every()), beside_.truth()}; }

  const Market& market_;
  Baseline beside_;
  bool terminal_;
  Steady::time_point next_;
};

int run(const Options& options) {
  const auto real_now = std::chrono::floor<Millis>(std::chrono::system_clock::now());
  auto setting = make_setting(options, real_now);
  if (!setting) {
    fmt::print(stderr, "forestall-sandbox: {}\n", setting.error().detail);
    return 1;
  }
  Market market(std::move(*setting), options);
  VirtualClock clock(market.now(), options.speed, options.lock_step);
  FaultScript faults;
  Amazon amazon(market, faults);
  EasyPost parcels(market, faults);
  const HttpServer* listening = nullptr;
  Control control(market, amazon, parcels, faults, clock,
                  [&listening] { return listening == nullptr ? std::size_t{0} : listening->in_flight(); });
  HttpServer server(options.port, clock, [&](const Request& request) {
    market.advance_to(clock.now());
    try {
      if (EasyPost::owns(request)) return parcels.answer(request);
      return Amazon::owns(request) ? amazon.answer(request) : control.answer(request);
    } catch (const std::exception& error) {  // a fault of the sandbox must not look like one of Amazon's
      fmt::print(stderr, "forestall-sandbox: {} {}: {}\n", request.method, request.path.front(),
                 error.what());
      return Answer{.status = 500, .body = "{\"error\":\"sandbox\"}"};
    }
  });
  listening = &server;
  const std::string url = fmt::format("http://127.0.0.1:{}", server.port());
  amazon.set_base_url(url);
  if (!options.configure.empty()) {
    const DaemonConfig config{.base_url = url,
                              .api_port = options.daemon_port,
                              .mode = options.daemon_mode,
                              .warehouse = options.warehouse};
    if (const auto ok = write_daemon_config(market, config, options.configure); !ok) {
      fmt::print(stderr, "forestall-sandbox: {}\n", ok.error().detail);
      return 1;
    }
  }
  std::optional<Reporter> reporter;
  if (options.report > Millis{0}) reporter.emplace(market);
  fmt::print("forestall-sandbox at {}, {} SKUs on {} accounts, from {} to {}\n", url,
             market.setting().skus.size(), market.accounts().size(), to_string(market.now()),
             to_string(market.setting().scenario.end));
  std::fflush(stdout);
  server.run([&] {
    market.advance_to(clock.now());  // stock files appear also while nobody asks
    if (reporter) reporter->tick();
    if (control.stopping()) server.stop();
  });
  if (reporter)
    reporter->result();
  else
    fmt::print("{}\n", boost::json::serialize(market_truth_json(market)));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = read_options(argc, argv);
  if (!options) return options.error();
  try {
    return run(*options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "forestall-sandbox: {}\n", error.what());
    return 1;
  }
}
