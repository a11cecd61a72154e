// SPDX-License-Identifier: Apache-2.0
// A seller's alerts on a real Redis: the world's time in the test's hand, the machine's fifty times as fast.
#pragma once

#include <fmt/format.h>

#include <cstdlib>

#include "connectors/http/asio_client.hpp"
#include "connectors/registry/registry.hpp"
#include "daemon/alerting/library.hpp"
#include "daemon/alerting/seller_alerts.hpp"
#include "daemon/timing/scaled_clock.hpp"
#include "tests/support/http/scripted_server.hpp"
#include "tests/support/redis/loop.hpp"
#include "tests/support/redis/redis_server.hpp"
#include "tests/support/smtp/mail_server.hpp"

namespace forestall::alerting {

using namespace std::chrono_literals;

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline const auto acme = SellerId::literal("acme");
inline const auto shop = AccountId::literal("shop");

inline Alert at_risk(std::string order) {
  return {.identity = {acme, AlertKind::order_at_risk, shop, order},
          .hard = true,
          .headline = "Order " + order + " \xe2\x80\x93 not enough stock",
          .first = "Ship it from elsewhere before today 14:00.",
          .numbers = {"2 wanted, 1 there"}};
}

class AlertRoom {
 public:
  AlertRoom() {
    redis::ClientConfig config;
    config.endpoint = redis::parse_endpoint(server.url()).value();
    config.backoff.base = 5ms;
    client =
        std::make_unique<redis::Client>(loop.io.get_executor(), config, loop.clock, loop.random, loop.log);
    loop.spawn(client->run());
    ledger = std::make_unique<ledger::Ledger>(
        *client, loop.clock, loop.log,
        ledger::LedgerOptions{.seller = acme, .owner = "test", .lease_ttl = Millis(3'600'000)});
    must(loop.run(ledger->open()));
    config::SellerSettings settings;
    settings.id = acme;
    settings.name = "Acme";
    seller = &flow.add(settings);
    seller->ledger = ledger.get();
    seller->open = true;
    http = must(http::make_http_client(loop.io.get_executor(), loop.clock, loop.log, {}));
  }
  ~AlertRoom() {
    if (std::getenv("FORESTALL_SHOW_LOG") != nullptr)
      for (const auto& line : loop.lines.lines()) std::fprintf(stderr, "%s\n", line.c_str());
    if (tasks) crash();
    http->close();
    client->stop();
    loop.join();
  }

  void start() {
    const ports::Context context{*http, loop.clock, loop.random, loop.log, sessions, ca.ca_file()};
    alerts = std::make_unique<SellerAlerts>(
        SellerAlertsPorts{.seller = *seller,
                          .redis = *client,
                          .inbox = inbox,
                          .executor = loop.io.get_executor(),
                          .clock = clock,
                          .machine = fast,
                          .random = loop.random,
                          .log = loop.log,
                          .make_sink =
                              [context](const config::NotifySettings& sink) {
                                return connectors::make(connectors::registry(), sink, context);
                              },
                          .inhibit_facts =
                              [this] {
                                ++facts_asked;
                                return InhibitFacts{.advising = {{shop, true}}, .any_advising = true};
                              },
                          .feeds = feeds,
                          .link = "https://forestall.example/"},
        sinks);
    inbox.on_news([this] { alerts->wake(); });
    tasks = std::make_unique<runtime::TaskGroup>(loop.io.get_executor(), loop.log, "room", [](auto) {});
    tasks->spawn("alerts", runtime::OnFailure::log, alerts->run());
    loop.run_until([&] { return alerts->open(); });
  }
  // As at SIGTERM, and as at SIGKILL.
  void stop() { end(5s); }
  void crash() { end(0s); }

  config::NotifySettings& webhook(const test::ScriptedServer& to) {
    config::NotifySettings sink;
    sink.id = "hook";
    sink.kind = "webhook";
    sink.url = must(config::parse_url(http::to_string(to.url()) + "/alerts"));
    sink.signing_secret.value = Secret("hush");
    sink.token.value = Secret("bearer");
    sink.group_wait = Millis(0);
    return sinks.emplace_back(sink);
  }
  config::NotifySettings& mail(const test::MailServer& to, std::string_view scheme = "smtp") {
    config::NotifySettings sink;
    sink.id = "team";
    sink.kind = "smtp";
    sink.url = must(config::parse_url(fmt::format("{}://localhost:{}", scheme, to.port())));
    sink.from = "forestall@example.com";
    sink.to = {"ann@example.com", "bob@example.com"};
    sink.username = "forestall";
    sink.password.value = Secret("pass word");
    sink.group_wait = Millis(0);
    return sinks.emplace_back(sink);
  }
  test::MailOptions secure() {
    return {.certificate = ca.issue({"localhost"}), .user = "forestall", .password = "pass word"};
  }

  // Nothing is on its way any more, and the pipeline has seen everything.
  bool idle() const { return alerts->state().outbox.empty() && inbox.waiting() == 0; }
  void later(Millis by) {
    clock.advance(by);
    alerts->wake();
  }
  // Several passes go by.
  void passes() {
    const auto places = fed;
    alerts->wake();
    loop.run_until([&] {
      alerts->wake();
      return fed >= places + 3;
    });
  }

  test::RedisServer server{{.durable = true}};
  test::Loop loop;
  test::TestCa ca;
  ManualClock clock{
      Instant(std::chrono::sys_days(std::chrono::year{2026} / 11 / 23) + std::chrono::hours(10))};
  timing::ScaledClock fast{
      loop.clock,
      {.machine = loop.clock.monotonic().time_since_epoch(), .world = loop.clock.now(), .speed = 50}};
  std::unique_ptr<redis::Client> client;
  flow::Flow flow{loop.clock};
  std::unique_ptr<ledger::Ledger> ledger;
  flow::Seller* seller = nullptr;
  std::unique_ptr<http::AsioHttpClient> http;
  ports::Sessions sessions;
  Inbox inbox;
  std::vector<config::NotifySettings> sinks;
  int fed = 0;
  int facts_asked = 0;
  // Counts passes; says nothing.
  std::map<std::string, Feed> feeds{{"count", [this](std::string) { return count(); }}};
  std::unique_ptr<SellerAlerts> alerts;
  std::unique_ptr<runtime::TaskGroup> tasks;

 private:
  boost::asio::awaitable<Result<Fed>> count() {
    ++fed;
    co_return Fed{};
  }
  void end(std::chrono::nanoseconds patience) {
    inbox.on_news({});
    loop.run(tasks->stop());
    tasks.reset();
    loop.run(alerts->stop(patience));
    alerts.reset();
  }
};

}  // namespace forestall::alerting
