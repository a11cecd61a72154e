// SPDX-License-Identifier: Apache-2.0
// Every sink that speaks HTTP against a server that breaks the call in every way: one of four outcomes, no
// secret in any word, and never "delivered" where the server did not say so.
#include <gtest/gtest.h>

#include "connectors/registry/registry.hpp"
#include "tests/support/http/client_room.hpp"
#include "tests/support/http/injection.hpp"
#include "tests/support/http/run.hpp"

namespace forestall {
namespace {

using namespace std::chrono_literals;
using ports::Outcome;

Result<std::unique_ptr<ports::Notifier>> make(test::ClientRoom& room, const std::string& kind,
                                              const http::BaseUrl& url) {
  config::NotifySettings settings;
  settings.id = "team";
  settings.kind = kind;
  settings.url = config::parse_url(http::to_string(url) + "/place").value();
  settings.secret_url.value = Secret(http::to_string(url) + "/services/T0/hush");
  settings.token.value = Secret("hush");
  settings.signing_secret.value = Secret("hush");
  return connectors::make(connectors::registry(), settings, room.context());
}

ports::Notice notice() {
  ports::Notice n{
      .id = "fa-1", .key = "acme/budget", .subject = "two left", .first = "Ship what can be shipped."};
  n.items.push_back({.headline = "2 cancellations left", .reference = "3fa91c07"});
  n.labels = {{"seller", "acme"}, {"kind", "budget"}};
  return n;
}

class Notifiers : public testing::TestWithParam<const char*> {};

TEST_P(Notifiers, SurviveEveryBreakOfEveryCall) {
  test::ClientRoom room;
  test::ScriptedServer server(room.io.get_executor(), room.clock);
  const bool slack = std::string_view(GetParam()) == "slack";
  const auto good = [&](const test::SeenRequest& request) {
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, slack                                            ? "/services/T0/hush"
                              : std::string_view(GetParam()) == "alertmanager" ? "/place/api/v2/alerts"
                                                                               : "/place");
    test::Reply reply{.body = slack ? "ok" : "{}"};
    reply.headers = {{"Content-Type", slack ? "text/html" : "application/json"}};
    return reply;
  };
  const auto runs = test::inject_everywhere(server, good, [&](const test::Broken* broken) {
    SCOPED_TRACE(broken != nullptr ? broken->to_string() : "unbroken");
    auto notifier = make(room, GetParam(), server.url());
    ASSERT_TRUE(notifier) << notifier.error().detail;
    const auto delivery =
        test::run(room.io, (*notifier)->deliver(notice(), {}, broken == nullptr ? 30s : 700ms));
    EXPECT_EQ(delivery.detail.find("hush"), std::string::npos) << delivery.detail;
    if (broken == nullptr) {
      EXPECT_EQ(delivery.outcome, Outcome::delivered) << delivery.detail;
      return;
    }
    const auto& name = broken->injection;
    const auto says = [&](std::string_view part) { return name.find(part) != std::string::npos; };
    if (says("400") || says("401") || says("403") || says("404") || says("redirect"))
      EXPECT_EQ(delivery.outcome, Outcome::refused) << name;
    if (says("429")) EXPECT_EQ(delivery.outcome, Outcome::not_reached) << name;
    if (says("500") || says("503") || says("hang") || says("reset") || says("lost"))
      EXPECT_NE(delivery.outcome, Outcome::delivered) << name;
    if (says("500") || says("503")) EXPECT_EQ(delivery.outcome, Outcome::unknown) << name;
    if (delivery.outcome != Outcome::delivered) EXPECT_FALSE(delivery.detail.empty()) << name;
  });
  EXPECT_GT(runs, 15u);
  for (const auto& line : room.sink.lines()) EXPECT_EQ(line.find("hush"), std::string::npos) << line;
}

TEST_P(Notifiers, ASinkThatIsNotThereIsNotReached) {
  test::ClientRoom room;
  auto notifier = make(room, GetParam(), {.tls = false, .host = "127.0.0.1", .port = 9, .path = ""});
  ASSERT_TRUE(notifier);
  EXPECT_EQ(test::run(room.io, (*notifier)->deliver(notice(), {}, 10s)).outcome, Outcome::not_reached);
}

INSTANTIATE_TEST_SUITE_P(All, Notifiers, testing::Values("webhook", "slack", "alertmanager"),
                         [](const auto& i) { return std::string(i.param); });

}  // namespace
}  // namespace forestall
