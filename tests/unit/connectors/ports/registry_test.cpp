// SPDX-License-Identifier: Apache-2.0
// The table of connectors agrees with the kinds that the configuration knows, and sessions are shared.
#include "connectors/registry/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "config/settings/kinds.hpp"
#include "tests/support/http/fake_client.hpp"

namespace forestall::connectors {
namespace {

struct Fakes {
  ManualClock clock;
  SeededRandom random{1};
  MemoryLogSink sink;
  ports::Sessions sessions;
  test::FakeClient http{clock, [](const http::Request&) { return test::json_response(200, "{}"); }};
  ports::Context context{http, clock, random, Logger(sink), sessions};
};

template <class Kinds>
void expect_configurable(std::string_view section, const Kinds& kinds) {
  std::set<std::string_view> seen;
  for (const auto& kind : kinds) {
    EXPECT_TRUE(seen.insert(kind.kind).second) << kind.kind << " twice";
    EXPECT_NE(kind.make, nullptr);
    EXPECT_TRUE(std::ranges::any_of(
        config::shipped_kinds(),
        [&](const config::Kind& known) { return known.section == section && known.name == kind.kind; }))
        << section << " " << kind.kind << " cannot be configured";
  }
}

TEST(Registry, EveryConnectorCanBeConfigured) {
  expect_configurable("account", registry().marketplaces);
  expect_configurable("stock", registry().stock_sources);
  expect_configurable("carrier", registry().carriers);
  expect_configurable("notify", registry().notifiers);
}

TEST(Registry, AnUnknownKindIsNamed) {
  Fakes fakes;
  config::CarrierSettings settings;
  settings.kind = "pigeon\npost";
  const auto made = make(registry(), settings, fakes.context);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::unsupported);
  EXPECT_THAT(made.error().detail,
              testing::HasSubstr("carrier: this build has no connector of kind \"pigeon\\x0a"));
}

class SilentNotifier final : public ports::Notifier {
 public:
  boost::asio::awaitable<ports::Delivery> deliver(ports::Notice, std::vector<std::string>,
                                                  std::chrono::nanoseconds) override {
    co_return ports::Delivery{};
  }
};

TEST(Registry, FindsTheFactoryOfAKind) {
  Fakes fakes;
  static constexpr NotifierKind kinds[] = {
      {"silent",
       [](const config::NotifySettings&, const ports::Context&) -> Result<std::unique_ptr<ports::Notifier>> {
         return std::make_unique<SilentNotifier>();
       }}};
  const Registry table{.marketplaces = {}, .stock_sources = {}, .carriers = {}, .notifiers = kinds};
  config::NotifySettings settings;
  settings.kind = "silent";
  EXPECT_TRUE(make(table, settings, fakes.context));
}

struct OneSession : ports::Session {};
struct OtherSession : ports::Session {};

TEST(Sessions, AreSharedWhileSomebodyHoldsThem) {
  ports::Sessions sessions;
  int made = 0;
  const std::function<Result<std::shared_ptr<OneSession>>()> make_one =
      [&]() -> Result<std::shared_ptr<OneSession>> {
    ++made;
    return std::make_shared<OneSession>();
  };
  auto first = sessions.find_or_make<OneSession>("amazon/main", make_one).value();
  auto second = sessions.find_or_make<OneSession>("amazon/main", make_one).value();
  EXPECT_EQ(first, second);
  const auto other = sessions.find_or_make<OtherSession>(
      "amazon/main",
      []() -> Result<std::shared_ptr<OtherSession>> { return std::make_shared<OtherSession>(); });
  EXPECT_EQ(other.error().code, ErrorCode::conflict);
  first.reset();
  second.reset();
  EXPECT_TRUE(sessions.find_or_make<OneSession>("amazon/main", make_one));
  EXPECT_EQ(made, 2);
}

TEST(BaseUrl, ComesFromTheConfiguration) {
  const auto url = ports::base_url(config::parse_url("https://api.example.com/v1").value()).value();
  EXPECT_EQ(url, (http::BaseUrl{true, "api.example.com", 443, "/v1"}));
  EXPECT_FALSE(ports::base_url(config::parse_url("smtp://mail.example.com").value()));
}

}  // namespace
}  // namespace forestall::connectors
