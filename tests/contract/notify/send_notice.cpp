// SPDX-License-Identifier: Apache-2.0
// send_notice PORT: one notice by SMTP to a relay on this machine, for tests against other people's servers.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>

#include "config/base/log.hpp"
#include "config/base/random.hpp"
#include "connectors/http/asio_client.hpp"
#include "connectors/net/system_clock.hpp"
#include "connectors/registry/registry.hpp"

using namespace forestall;

int main(int count, char** arguments) {
  if (count != 2) return 2;
  boost::asio::io_context io;
  net::SystemClock clock(io.get_executor());
  MemoryLogSink sink;
  SystemRandom random;
  ports::Sessions sessions;
  const Logger log(sink, LogLevel::info);
  auto http = http::make_http_client(io.get_executor(), clock, log, {});
  if (!http) return 1;
  config::NotifySettings settings;
  settings.kind = "smtp";
  settings.url = config::parse_url("smtp://127.0.0.1:" + std::string(arguments[1])).value();
  settings.tls = config::SmtpTls::off;
  settings.from = "forestall@example.com";
  settings.to = {"ann@example.com"};
  auto notifier = connectors::make(connectors::registry(), settings, {**http, clock, random, log, sessions});
  if (!notifier) return 1;
  ports::Notice notice{.id = "fa-contract-1",
                       .key = "acme/order_at_risk",
                       .subject = "Acme: Tasse \xc3\x9c\xe2\x9c\x93 \xe2\x80\x93 order 111-1 is at risk",
                       .first = "Ship it from elsewhere before today 14:00."};
  notice.items.push_back({.headline = "Order 111-1: there is not enough stock <b>to ship it</b>",
                          .numbers = {".", "2 wanted, 1 there"},
                          .urgency = ports::Urgency::urgent,
                          .reference = "3fa91c07"});
  notice.made = clock.now();
  ports::Delivery delivery;
  boost::asio::co_spawn(io, (*notifier)->deliver(notice, {}, std::chrono::seconds(60)),
                        [&](std::exception_ptr thrown, ports::Delivery done) {
                          delivery =
                              thrown ? ports::Delivery{.outcome = ports::Outcome::refused} : std::move(done);
                          io.stop();
                        });
  io.run();
  std::printf("%s %s\n", std::string(ports::word(delivery.outcome)).c_str(), delivery.detail.c_str());
  (*http)->close();
  return delivery.outcome == ports::Outcome::delivered ? EXIT_SUCCESS : EXIT_FAILURE;
}
