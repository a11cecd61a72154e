// SPDX-License-Identifier: Apache-2.0
// forestall-sandbox: composes the market, Amazon, the control endpoints and the server.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>
#include <exception>

#include "tests/sandbox/amazon/api.hpp"
#include "tests/sandbox/control.hpp"
#include "tests/sandbox/http_server.hpp"
#include "tests/sandbox/market.hpp"
#include "tests/sandbox/options.hpp"
#include "tests/sandbox/truth_json.hpp"

namespace {

using namespace forestall;
using namespace forestall::sandbox;

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
  const HttpServer* listening = nullptr;
  Control control(market, amazon, faults, clock,
                  [&listening] { return listening == nullptr ? std::size_t{0} : listening->in_flight(); });
  HttpServer server(options.port, clock, [&](const Request& request) {
    market.advance_to(clock.now());
    try {
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
  fmt::print("forestall-sandbox at {}, {} SKUs on {} accounts, from {} to {}\n", url,
             market.setting().skus.size(), market.accounts().size(), to_string(market.now()),
             to_string(market.setting().scenario.end));
  std::fflush(stdout);
  server.run([&] {
    market.advance_to(clock.now());  // stock files appear also while nobody asks
    if (control.stopping()) server.stop();
  });
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
