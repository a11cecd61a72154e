// SPDX-License-Identifier: Apache-2.0
// The real connector with the real client against the real sandbox, both in one virtual time that stands
// still until a test moves it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connectors/http/asio_client.hpp"
#include "connectors/registry/registry.hpp"
#include "tests/integration/sandbox/running_sandbox.hpp"
#include "tests/support/http/run.hpp"

namespace forestall::amazon {

class AtSandbox {
 public:
  explicit AtSandbox(std::vector<std::string> arguments = {})
      : sandbox(std::move(arguments)), clock(sandbox_now()) {
    client = http::make_http_client(io.get_executor(), clock, Logger(sink), {}).value();
  }
  ~AtSandbox() {
    client->close();
    for (int i = 0; i < 100; ++i) io.poll();
  }

  config::AccountSettings settings(int account = 1) const {
    config::AccountSettings made;
    const auto at = static_cast<std::size_t>(account) - 1;
    made.id = AccountId::literal(account == 1 ? "amazon-us" : "amazon-ca");
    made.kind = "amazon";
    made.marketplace = std::vector<std::string>{"ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"}.at(at);
    made.merchant_id = "A" + std::to_string(account) + "SANDBOX";
    made.client_id = "amzn1.application-oa2-client.sandbox-" + std::to_string(account);
    made.client_secret.value = Secret("amzn1.oa2-cs.v1.sandbox-" + std::to_string(account));
    made.refresh_token.value = Secret("Atzr|sandbox-" + std::to_string(account));
    made.base_url = config::Url{"http", "127.0.0.1", sandbox.port(), ""};
    made.token_url = made.base_url;
    made.time_zone = TimeZone::utc();
    return made;
  }
  std::unique_ptr<ports::Marketplace> make(const config::AccountSettings& from) {
    return connectors::make(connectors::registry(), from, {*client, clock, random, Logger(sink), sessions})
        .value();
  }
  std::unique_ptr<ports::Marketplace> make() { return make(settings()); }

  template <class T>
  T run(boost::asio::awaitable<T> work) {
    return test::run(io, std::move(work));
  }
  // Moves both clocks.
  void advance(Millis by) {
    sandbox.advance(duration_text(by));
    clock.advance(by, [&] { io.poll(); });
  }
  // Until the connector may make the call.
  void wait_for(ports::Marketplace& at, ports::CallKind kind, ports::Feed feed = ports::Feed::orders) {
    const auto wait = at.earliest(kind, feed) - clock.monotonic();
    if (wait.count() > 0) advance(std::chrono::ceil<Millis>(wait) + Millis(1));
  }
  Result<ports::Page> poll(ports::Marketplace& at, ports::Feed feed, ports::Cursor from) {
    wait_for(at, ports::CallKind::poll, feed);
    return run(at.poll(feed, std::move(from), std::chrono::seconds(20)));
  }
  // Pages until there is no more; every page is checked.
  std::vector<model::Observation> sweep(ports::Marketplace& at, ports::Feed feed, ports::Cursor& cursor) {
    std::vector<model::Observation> all;
    for (int pages = 0; pages < 1000; ++pages) {
      auto page = poll(at, feed, cursor);
      if (!page) {
        ADD_FAILURE() << to_string(page.error());
        break;
      }
      for (const auto& error : page->set_aside) ADD_FAILURE() << to_string(error);
      for (auto& observation : page->observations) {
        EXPECT_TRUE(model::check(observation).has_value()) << model::check(observation).error().detail;
        all.push_back(std::move(observation));
      }
      cursor = page->next;
      last = std::move(*page);
      if (!last.more) break;
    }
    return all;
  }

  test::RunningSandbox sandbox;
  ManualClock clock;
  boost::asio::io_context io{1};
  MemoryLogSink sink;
  SeededRandom random{7};
  ports::Sessions sessions;
  std::unique_ptr<http::AsioHttpClient> client;
  ports::Page last;

 private:
  Instant sandbox_now() const {
    const auto now = parse_instant(sandbox.control("clock").text("/now"));
    if (!now) throw std::runtime_error("the sandbox has no time");
    return *now;
  }
};

template <class Kind>
std::vector<Kind> only(const std::vector<model::Observation>& all) {
  std::vector<Kind> found;
  for (const auto& one : all)
    if (const auto* kind = std::get_if<Kind>(&one)) found.push_back(*kind);
  return found;
}

}  // namespace forestall::amazon
