// SPDX-License-Identifier: Apache-2.0
// From a raised alert to a mail and a post: a real Redis, a real mail server's part of the talk, real HTTP,
// sinks that are down, answers that are lost, daemons that die.
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <set>

#include "connectors/notify/webhook/body.hpp"
#include "tests/integration/daemon/alerting/alert_room.hpp"

namespace forestall::alerting {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
namespace json = boost::json;

std::string header(const test::SeenRequest& request, std::string_view name) {
  return std::string(http::find_header(request.headers, name).value_or(""));
}

TEST(AlertingTest, ARaisedAlertIsAMailAndAPostUntilSomebodyAcknowledgesIt) {
  AlertRoom room;
  test::MailServer mails(room.loop.io.get_executor(), room.secure());
  test::ScriptedServer hook(room.loop.io.get_executor(), room.loop.clock,
                            [](const auto&) { return test::json_reply("{}"); });
  room.mail(mails);
  room.webhook(hook);
  room.start();
  room.inbox.raise(at_risk("111-1"));
  room.loop.run_until([&] { return mails.mails().size() == 1 && hook.request_count() == 1 && room.idle(); });

  const auto& mail = mails.mails()[0];
  EXPECT_TRUE(mail.encrypted);
  EXPECT_EQ(mail.user, "forestall");
  EXPECT_THAT(mail.to, testing::ElementsAre("ann@example.com", "bob@example.com"));
  EXPECT_THAT(test::header_of(mail, "Subject"), testing::StartsWith("=?UTF-8?B?"));
  EXPECT_THAT(test::header_of(mail, "Content-Type"), HasSubstr("multipart/alternative"));
  const auto text = test::part_of(mail, "text/plain");
  EXPECT_THAT(text, testing::StartsWith("Ship it from elsewhere before today 14:00."));
  EXPECT_THAT(text, HasSubstr("2 wanted, 1 there"));
  EXPECT_THAT(test::part_of(mail, "text/html"), HasSubstr("not enough stock"));

  const auto& post = hook.requests()[0];
  EXPECT_EQ(post.target, "/alerts");
  EXPECT_EQ(header(post, "authorization"), "Bearer bearer");
  const auto signature = header(post, "x-forestall-signature");
  const Instant signed_at(std::chrono::seconds(std::stoll(signature.substr(2, signature.find(',') - 2))));
  EXPECT_EQ(signature, notify::webhook::signature_of(Secret("hush"), signed_at, post.body));
  const auto body = json::parse(post.body);
  EXPECT_EQ(std::string(body.at("id").as_string()), header(post, "idempotency-key"));

  // It is told again, until somebody acknowledges it by the digits that the mail shows.
  room.later(5h);
  room.loop.run_until([&] { return mails.mails().size() == 2 && room.idle(); });
  const std::string reference(body.at("items").at(0).at("reference").as_string());
  EXPECT_THAT(text, HasSubstr("forestall ack " + reference));
  const auto done = room.loop.run(room.alerts->acknowledge({reference}, "ann"));
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(room.loop.run(room.alerts->acknowledge({"ffffffff"}, "ann")).error().code, ErrorCode::not_found);
  room.later(5h);
  room.passes();
  EXPECT_EQ(mails.mails().size(), 2u);
  // Its end is told to machines.
  const auto posts = hook.request_count();
  room.inbox.resolve(at_risk("111-1").identity);
  room.passes();
  room.later(10min);
  room.loop.run_until([&] { return hook.request_count() == posts + 1 && room.idle(); });
  EXPECT_FALSE(json::parse(hook.requests().back().body).at("resolved").is_null());
  EXPECT_EQ(mails.mails().size(), 2u);
}

TEST(AlertingTest, WhatASinkMissesItGetsWhenItIsBackAlsoFromAnotherProcess) {
  AlertRoom room;
  int status = 503;
  test::ScriptedServer hook(room.loop.io.get_executor(), room.loop.clock,
                            [&](const auto&) { return test::json_reply("{}", status); });
  room.webhook(hook);
  room.start();
  room.inbox.raise(at_risk("111-1"));
  room.loop.run_until([&] { return hook.request_count() >= 2; });
  room.crash();
  room.start();
  EXPECT_EQ(room.alerts->state().outbox.size(), 1u);
  EXPECT_EQ(room.alerts->state().book.standing(), 1u);
  const auto before = hook.request_count();
  room.loop.run_until([&] { return hook.request_count() > before; });
  status = 200;
  room.loop.run_until([&] { return room.idle(); });
  std::set<std::string> ids;
  for (const auto& request : hook.requests()) ids.insert(header(request, "idempotency-key"));
  EXPECT_EQ(ids.size(), 1u) << "one message, however often it was tried";
  // Delivered is delivered: another start says nothing again.
  const auto delivered = hook.request_count();
  room.stop();
  room.start();
  room.inbox.raise(at_risk("111-1"));
  room.passes();
  EXPECT_EQ(hook.request_count(), delivered);
}

TEST(AlertingTest, ALostAnswerIsAskedForAgainUnderTheSameId) {
  AlertRoom room;
  test::MailServer mails(room.loop.io.get_executor(), room.secure());
  int dots = 0;
  mails.set_hook([&](const std::string& line) -> std::optional<std::string> {
    if (line == "." && ++dots == 1) return "";  // taken, and the connection is gone
    return std::nullopt;
  });
  test::ScriptedServer hook(room.loop.io.get_executor(), room.loop.clock,
                            [](const auto&) { return test::json_reply("{}"); });
  hook.then(test::fault_reply(test::Fault::reset_unanswered));
  room.mail(mails);
  room.webhook(hook);
  room.start();
  room.inbox.raise(at_risk("111-1"));
  room.loop.run_until([&] { return mails.mails().size() == 2 && hook.request_count() == 2 && room.idle(); });
  EXPECT_EQ(mails.mails()[0].data, mails.mails()[1].data);
  EXPECT_NE(test::header_of(mails.mails()[0], "Message-ID"), "");
  EXPECT_EQ(hook.requests()[0].body, hook.requests()[1].body);
  EXPECT_EQ(header(hook.requests()[0], "idempotency-key"), header(hook.requests()[1], "idempotency-key"));
}

TEST(AlertingTest, WhoIsGreylistedGetsItLaterTheOthersOnlyOnce) {
  AlertRoom room;
  test::MailServer mails(room.loop.io.get_executor(), room.secure());
  int asked = 0;
  mails.set_hook([&](const std::string& line) -> std::optional<std::string> {
    if (line == "RCPT TO:<bob@example.com>" && ++asked == 1) return "450 4.2.0 come again";
    return std::nullopt;
  });
  room.mail(mails);
  room.start();
  room.inbox.raise(at_risk("111-1"));
  room.loop.run_until([&] { return mails.mails().size() == 2 && room.idle(); });
  EXPECT_THAT(mails.mails()[0].to, testing::ElementsAre("ann@example.com"));
  EXPECT_THAT(mails.mails()[1].to, testing::ElementsAre("bob@example.com"));
}

TEST(AlertingTest, MessagesOfASinkThatIsGoneAreGivenUpAndToldAfreshWhenItIsBack) {
  AlertRoom room;
  int status = 503;
  test::ScriptedServer hook(room.loop.io.get_executor(), room.loop.clock,
                            [&](const auto&) { return test::json_reply("{}", status); });
  room.webhook(hook);
  room.start();
  room.inbox.raise(at_risk("111-1"));
  room.loop.run_until([&] { return hook.request_count() >= 1 && !room.alerts->postmen()[0].busy(); });
  room.alerts->adopt({});
  room.passes();
  EXPECT_EQ(room.alerts->state().outbox.size(), 1u) << "a slip of the pen may be put right";
  room.later(61min);
  room.loop.run_until([&] { return room.loop.lines.count("alert_given_up") == 1; });
  EXPECT_TRUE(room.alerts->state().outbox.empty());
  room.crash();
  status = 200;
  room.start();
  const auto lost = header(hook.requests().back(), "idempotency-key");
  room.loop.run_until([&] { return room.alerts->postmen()[0].figures().sent == 1 && room.idle(); });
  EXPECT_NE(header(hook.requests().back(), "idempotency-key"), lost);
  // What waits for a sink that the start does not even find goes as well.
  status = 503;
  room.inbox.raise(at_risk("111-2"));
  room.later(6min);
  room.loop.run_until([&] { return room.alerts->state().outbox.size() == 1; });
  room.crash();
  room.sinks.clear();
  room.start();
  room.loop.run_until([&] { return room.loop.lines.count("alert_given_up") == 2; });
  EXPECT_TRUE(room.alerts->state().outbox.empty());
}

TEST(AlertingTest, MessagesOfASinkThatCannotBeMadeAgeToo) {
  AlertRoom room;
  config::NotifySettings sink;
  sink.id = "team";
  sink.kind = "smtp";  // without a url
  room.sinks.push_back(sink);
  room.start();
  room.inbox.raise(at_risk("111-1"));
  room.loop.run_until([&] {
    room.later(1min);  // over group_wait
    return room.alerts->state().outbox.size() == 1;
  });
  room.inbox.resolve(at_risk("111-1").identity);
  room.passes();
  room.later(std::chrono::days(6));
  room.passes();
  EXPECT_EQ(room.alerts->state().outbox.size(), 1u);
  room.later(std::chrono::days(1) + 1h);
  room.loop.run_until([&] { return room.alerts->postmen()[0].figures().given_up == 1; });
  EXPECT_TRUE(room.alerts->state().outbox.empty());
}

TEST(AlertingTest, AMailThatEverybodyRefusesWaitsUntilSomebodyTakesIt) {
  AlertRoom room;
  test::MailServer mails(room.loop.io.get_executor(), room.secure());
  bool refuses = true;
  mails.set_hook([&](const std::string& line) -> std::optional<std::string> {
    if (refuses && line.starts_with("RCPT TO:")) return "550 5.7.1 relaying denied";
    return std::nullopt;
  });
  room.mail(mails);
  room.start();
  room.inbox.raise(at_risk("111-1"));
  const auto& figures = room.alerts->postmen()[0].figures();
  for (std::uint64_t attempts = 1; attempts <= 3; ++attempts) {
    room.loop.run_until([&] { return figures.refused + figures.sent == attempts; });
    room.loop.run_until([&] { return !room.alerts->postmen()[0].busy(); });
    ASSERT_EQ(figures.sent, 0u) << "attempt " << attempts;
    ASSERT_EQ(room.alerts->state().outbox.size(), 1u);
    if (attempts == 3) refuses = false;
    room.alerts->adopt(room.sinks);
  }
  EXPECT_THAT(room.loop.lines.count("alert_recipient_refused"), 0);
  room.loop.run_until([&] { return mails.mails().size() == 1 && room.idle(); });
  EXPECT_THAT(mails.mails()[0].to, testing::ElementsAre("ann@example.com", "bob@example.com"));
  EXPECT_EQ(figures.sent, 1u);
}

TEST(AlertingTest, SmtpsAndLoginWorkToo) {
  AlertRoom room;
  auto options = room.secure();
  options.smtps = true;
  options.plain = false;
  test::MailServer mails(room.loop.io.get_executor(), options);
  room.mail(mails, "smtps");
  room.start();
  room.inbox.raise(at_risk("111-1"));
  room.loop.run_until([&] { return mails.mails().size() == 1 && room.idle(); });
  EXPECT_TRUE(mails.mails()[0].encrypted);
}

TEST(AlertingTest, NothingSecretGoesToAServerThatCannotProveItself) {
  AlertRoom room;
  auto options = room.secure();
  options.certificate = room.ca.self_signed({"localhost"});
  test::MailServer mails(room.loop.io.get_executor(), options);
  room.mail(mails);
  room.start();
  room.inbox.raise(at_risk("111-1"));
  room.loop.run_until([&] { return room.alerts->postmen()[0].figures().not_reached > 0; });
  for (const auto& command : mails.commands()) EXPECT_FALSE(command.starts_with("AUTH")) << command;
  EXPECT_TRUE(mails.mails().empty());
}

TEST(AlertingTest, AStormOfFiveThousandIsOneMail) {
  AlertRoom room;
  test::MailServer mails(room.loop.io.get_executor(), room.secure());
  room.mail(mails).group_wait = 30s;
  room.start();
  for (int i = 0; i < 5000; ++i) {
    auto alert = at_risk(std::to_string(i));
    alert.identity.kind = AlertKind::shortfall;
    alert.identity.account = {};
    room.inbox.raise(std::move(alert));
  }
  room.passes();
  EXPECT_EQ(mails.mails().size(), 0u);
  room.later(1min);
  room.loop.run_until([&] { return mails.mails().size() == 1 && room.idle(); });
  EXPECT_EQ(test::header_of(mails.mails()[0], "Subject"), "Acme: 5,000 items run short");
  EXPECT_LT(mails.mails()[0].data.size(), 20'000u);
  room.later(1h);
  room.passes();
  EXPECT_EQ(mails.mails().size(), 1u);
}

TEST(AlertingTest, WhatIsRaisedWhileRedisIsAwayIsNotLost) {
  AlertRoom room;
  test::ScriptedServer hook(room.loop.io.get_executor(), room.loop.clock,
                            [](const auto&) { return test::json_reply("{}"); });
  room.webhook(hook);
  room.start();
  room.server.kill();
  room.inbox.raise(at_risk("111-1"));
  room.loop.run_for(100ms);
  EXPECT_EQ(hook.request_count(), 0u) << "sent before it was durable";
  room.server.start();
  room.loop.run_until([&] { return hook.request_count() == 1 && room.idle(); });
}

TEST(AlertingTest, WithoutTheLeaseNothingIsWrittenOrSent) {
  AlertRoom room;
  test::ScriptedServer hook(room.loop.io.get_executor(), room.loop.clock,
                            [](const auto&) { return test::json_reply("{}"); });
  room.webhook(hook);
  room.start();
  // Somebody else took the seller over.
  must(room.loop.run(room.client->call(redis::Request("SET", "forestall:{acme}:lease", "somebody"))));
  room.inbox.raise(at_risk("111-1"));
  room.loop.run_until([&] { return room.loop.lines.count("alerts_not_read") > 0; });
  EXPECT_FALSE(room.alerts->open());
  EXPECT_EQ(hook.request_count(), 0u);
  const auto stored =
      must(room.loop.run(room.client->call(redis::Request("HLEN", "forestall:{acme}:alert"))));
  EXPECT_EQ(*stored.integer(), 0);
  EXPECT_EQ(room.loop.run(room.alerts->acknowledge({"abcd"}, "x")).error().code, ErrorCode::unavailable);
}

TEST(AlertingTest, AFeedGoesOnWhereItsNewsWasStored) {
  AlertRoom room;
  test::ScriptedServer hook(room.loop.io.get_executor(), room.loop.clock,
                            [](const auto&) { return test::json_reply("{}"); });
  room.webhook(hook);
  std::vector<std::string> asked;
  struct Source {
    std::vector<std::string>& asked;
    boost::asio::awaitable<Result<Fed>> read(std::string place) {
      asked.push_back(place);
      if (place == "2") co_return Fed{};
      auto alert = at_risk(place.empty() ? "one" : "two");
      alert.lasting = false;
      Fed fed{.place = place.empty() ? "1" : "2"};
      fed.news.emplace_back(Raised{std::move(alert)});
      co_return fed;
    }
  } source{asked};
  room.feeds["journal"] = [&source](std::string place) { return source.read(std::move(place)); };
  room.start();
  room.loop.run_until([&] { return asked.size() > 3 && hook.request_count() > 0 && room.idle(); });
  // The second of its group follows after the interval, unless both went together.
  room.later(10min);
  room.loop.run_until([&] {
    room.alerts->wake();
    return room.alerts->state().book.standing() == 0 && room.idle();
  });
  room.crash();
  asked.clear();
  room.start();
  EXPECT_EQ(room.alerts->state().book.standing(), 0u) << "told, and not to be told again";
  room.loop.run_until([&] { return !asked.empty(); });
  EXPECT_EQ(asked.front(), "2");
}

TEST(AlertingTest, SnoozesAndTestMessagesAreStoredToo) {
  AlertRoom room;
  test::ScriptedServer hook(room.loop.io.get_executor(), room.loop.clock,
                            [](const auto&) { return test::json_reply("{}"); });
  room.webhook(hook);
  room.start();
  ASSERT_TRUE(room.loop.run(room.alerts->snooze({.kind = AlertKind::order_at_risk, .by = "ann"}, 2h)));
  EXPECT_EQ(room.loop.run(room.alerts->snooze({.by = "ann"}, 2h)).error().code, ErrorCode::invalid_argument);
  room.crash();
  room.start();
  room.inbox.raise(at_risk("111-1"));
  room.passes();
  EXPECT_EQ(hook.request_count(), 0u);
  room.later(3h);
  room.loop.run_until([&] { return hook.request_count() == 1 && room.idle(); });
  EXPECT_EQ(room.loop.run(room.alerts->send_test("nobody", "ann")).error().code, ErrorCode::not_found);
  ASSERT_TRUE(room.loop.run(room.alerts->send_test("hook", "ann")));
  room.loop.run_until([&] { return hook.request_count() == 2 && room.idle(); });
  EXPECT_THAT(hook.requests()[1].body, HasSubstr("a test message"));
  const auto lines = room.loop.run(room.alerts->history(10));
  ASSERT_TRUE(lines);
  EXPECT_EQ(lines->front().what, "sent");
}

}  // namespace
}  // namespace forestall::alerting
