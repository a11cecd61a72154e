// SPDX-License-Identifier: Apache-2.0
// The real daemon on the sandbox tells people: of a shortfall, once, with the date and what to reorder; by
// mail and by post; through sinks that are down, answers that are lost and a daemon that is killed; and of
// five thousand at once in one message.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <csignal>
#include <filesystem>
#include <future>
#include <map>
#include <set>
#include <thread>

#include "config/base/text.hpp"
#include "connectors/net/system_clock.hpp"
#include "connectors/notify/webhook/body.hpp"
#include "tests/integration/daemon/polling/observed_world.hpp"
#include "tests/support/daemon/running_daemon.hpp"
#include "tests/support/http/scripted_server.hpp"
#include "tests/support/ledger/sync_ledger.hpp"
#include "tests/support/smtp/mail_server.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
namespace json = boost::json;

constexpr auto generously = 60s;
const std::string secret = "0123456789abcdef0123456789abcdef";

const auto amazon = AccountId::literal("amazon-us");

// One message as the sink has it.
struct Post {
  std::string id;    // Idempotency-Key
  std::string body;  // JSON
  std::string signature;
  bool answered = true;
  json::value json() const { return json::parse(body); }
  bool about(std::string_view words) const { return body.contains(words); }
};

// Where the messages go: an HTTP sink and a mail server with a loop of their own beside the test.
class Sinks {
 public:
  Sinks() : clock_(io_.get_executor()), http_(io_.get_executor(), clock_), mail_(io_.get_executor()) {
    http_.set_handler([this](const SeenRequest& request) {
      Post post{.id = header(request, "Idempotency-Key"),
                .body = request.body,
                .signature = header(request, "X-Forestall-Signature")};
      const bool lost = lose_ > 0;
      if (lost) --lose_;
      post.answered = !lost && !down_;
      // What is refused before it is read is no message.
      if (!down_) posts_.push_back(post);
      if (down_) return json_reply(R"({"error":"too many"})", 429);
      return lost ? fault_reply(Fault::reset_unanswered) : json_reply("{}");
    });
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Sinks() {
    boost::asio::post(io_, [this] { io_.stop(); });
    thread_.join();
  }
  Sinks(const Sinks&) = delete;
  Sinks& operator=(const Sinks&) = delete;

  std::string url() const { return http::to_string(http_.url()) + "/alerts"; }
  std::uint16_t mail_port() const { return mail_.port(); }
  void down(bool yes) {
    on_loop([&] { down_ = yes; });
  }
  // The next so many messages arrive, and their answers do not.
  void lose_answers(int n) {
    on_loop([&] { lose_ = n; });
  }
  std::vector<Post> posts() {
    std::vector<Post> all;
    on_loop([&] { all = posts_; });
    return all;
  }
  std::vector<Post> posts_about(std::string_view words) {
    auto all = posts();
    std::erase_if(all, [&](const Post& post) { return !post.about(words); });
    return all;
  }
  std::vector<Mail> mails_about(std::string_view words) {
    std::vector<Mail> all;
    on_loop([&] { all = mail_.mails(); });
    std::erase_if(all, [&](const Mail& mail) { return !part_of(mail, "text/plain").contains(words); });
    return all;
  }

 private:
  static std::string header(const SeenRequest& request, std::string_view name) {
    return std::string(http::find_header(request.headers, name).value_or(""));
  }
  void on_loop(const std::function<void()>& work) {
    std::promise<void> done;
    boost::asio::post(io_, [&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  net::SystemClock clock_;
  ScriptedServer http_;
  MailServer mail_;
  std::vector<Post> posts_;
  bool down_ = false;
  int lose_ = 0;
  std::thread thread_;
};

// One account at the sandbox, few shoppers, a minute a second; and what was sold in the four weeks before.
class Shop {
 public:
  // `shelf`: rows of a second source of stock, "sku,units".
  explicit Shop(Sinks& sinks, const std::vector<std::string>& shelf = {})
      : world_(options(sinks, !shelf.empty())) {
    std::string text = "sku,on_hand,as_of\n";
    for (const auto& row : shelf) text += fmt::format("{},{}\n", row, to_string(world_.now()));
    if (!shelf.empty()) world_.folder.write("conf/shelf.csv", text);
    world_.folder.write("conf/signing", secret + "\n");
    std::filesystem::permissions(world_.folder.file("conf/signing"), std::filesystem::perms::owner_read);
  }

  // So many of each were sold in each of the last 28 days, and shipped.
  void sold(const std::vector<std::string>& skus, int a_day, int every_days = 1) {
    redis().call({"DEL", lease});
    load_library(redis());
    SyncLedger records(redis(), "acme");
    const auto now = world_.now();
    records.set_now(now);
    records.configure({{SourceId::literal("warehouse"), LocationId::literal("main"), model::Pool::own,
                        model::DeductsAt::pick, true}});
    std::vector<model::Observation> page;
    std::vector<ledger::Mapping> mappings;
    for (const auto& sku : skus)
      mappings.push_back(
          {amazon, ListingId::literal(sku), {{SkuId::literal(sku), Units(1)}}, model::Pool::own});
    records.map(mappings);
    int n = 0;
    for (const auto& sku : skus)
      for (int day = 28; day > 0; day -= every_days)
        for (int i = 0; i < a_day; ++i) {
          page.push_back(shipped(++n, sku, now - std::chrono::days(day) + i * 5h));
          if (page.size() == 500) records.observe(std::exchange(page, {}));
        }
    if (!page.empty()) records.observe(page);
    redis().call({"DEL", lease});
  }
  void start() {
    world_.start_daemon();
    ASSERT_TRUE(eventually([&] { return ready(); }, generously)) << world_.daemon().err();
  }
  bool ready() const {
    const auto answer = world_.get("/readyz");
    return answer && answer->status == 200;
  }
  ObservedWorld& world() { return world_; }
  SyncRedis& redis() { return world_.redis(); }
  // Messages that are stored and not delivered; -1 where Redis does not say.
  std::int64_t unsent() {
    const auto reply = redis().call({"HLEN", "forestall:{acme}:alert_outbox"});
    return reply && reply->integer() != nullptr ? *reply->integer() : -1;
  }

 private:
  static constexpr const char* lease = "forestall:{acme}:lease";

  static WorldOptions options(Sinks& sinks, bool shelf) {
    const std::string second = shelf ? R"([[stock]]
id = "shelf"
seller = "acme"
kind = "csv"
path = "./shelf.csv"
location = "shop"
deducts_at = "pick"

[[carrier]])"
                                     : "[[carrier]]";
    const auto notify = fmt::format(R"([[notify]]
id = "hook"
kind = "webhook"
url = "{}"
signing_secret_file = "./signing"
min_severity = "info"
group_wait = "0s"

[[notify]]
id = "team"
kind = "smtp"
url = "smtp://127.0.0.1:{}"
tls = "off"
from = "forestall@example.com"
to = ["ann@example.com"]
kinds = ["shortfall"]
min_severity = "info"
group_wait = "0s"

[[seller]])",
                                    sinks.url(), sinks.mail_port());
    return {.sandbox = {"--seed",     "5", "--skus",      "4", "--rate",      "0.2", "--days",  "60",
                        "--accounts", "1", "--fba",       "0", "--lead-time", "1d",  "--speed", "60",
                        "--pending",  "0", "--withdrawn", "0"},
            .replace = {
                {"mode = \"observe\"", "mode = \"guard\""}, {"[[seller]]", notify}, {"[[carrier]]", second}}};
  }
  static model::OrderUpsert shipped(int n, const std::string& sku, Instant placed) {
    model::OrderUpsert o;
    o.from = {SourceId::literal("amazon-us"), model::Version(5), placed + 1h};
    o.account = amazon;
    o.id = OrderId::literal(fmt::format("900-{:07}", n));
    o.state = model::OrderState::shipped;
    o.placed_at = placed;
    o.placed_day = std::chrono::floor<std::chrono::days>(placed);
    o.closed_at = placed + 1h;
    auto& line = o.lines.emplace_back();
    line.id = OrderLineId::literal("1");
    line.listing = ListingId::literal(sku);
    line.ordered = Units(1);
    line.portions.push_back({Units(1), {}, {}, *o.closed_at});
    return o;
  }

  ObservedWorld world_;
};

TEST(AlertingEndToEnd, AShortfallIsToldOnceWithItsDateAndWhatToReorder) {
  Sinks sinks;
  Shop shop(sinks);
  shop.sold({"SKU-00001"}, 2);
  shop.start();
  ASSERT_TRUE(eventually([&] { return !sinks.posts_about("SKU-00001 ").empty(); }, generously))
      << shop.world().daemon().err();
  const auto post = sinks.posts_about("SKU-00001 ").front();
  const auto message = post.json();
  const json::value* item = nullptr;
  for (const auto& one : message.at("items").as_array())
    if (one.at("headline").as_string().starts_with("SKU-00001 ")) item = &one;
  ASSERT_NE(item, nullptr) << post.body;
  // The day, with its interval; then what to do; then the numbers.
  EXPECT_THAT(
      std::string(item->at("headline").as_string()),
      ContainsRegex("^SKU-00001 runs (out (on|between) [A-Z][a-z][a-z] [0-9]+ [A-Z][a-z][a-z]|short)"));
  EXPECT_THAT(std::string(item->at("first").as_string()), ContainsRegex("^Reorder [0-9]+ (now|by)"));
  EXPECT_THAT(std::string(item->at("numbers").at(0).as_string()),
              ContainsRegex("left to sell, about [0-9.]+ a day"));
  EXPECT_THAT(std::string(item->at("numbers").at(1).as_string()), HasSubstr("delivery takes 14 days"));
  // Signed over what was sent.
  const auto time =
      parse_integer<std::int64_t>(post.signature.substr(2, post.signature.find(',') - 2)).value();
  EXPECT_EQ(post.signature,
            notify::webhook::signature_of(Secret(secret), Instant(std::chrono::seconds(time)), post.body));
  // The same by mail, for people.
  ASSERT_TRUE(eventually([&] { return !sinks.mails_about("SKU-00001 ").empty(); }, generously));
  const auto mail = sinks.mails_about("SKU-00001 ").front();
  EXPECT_THAT(part_of(mail, "text/html"), HasSubstr("Reorder "));
  EXPECT_EQ(header_of(mail, "X-Forestall-kind"), "shortfall");

  // By the reference in the message it is acknowledged, and by no other.
  const std::string reference(item->at("reference").as_string());
  EXPECT_THAT(part_of(mail, "text/plain"), HasSubstr("forestall ack "));
  const auto acked = shop.world().forestall({"ack", reference});
  EXPECT_EQ(acked.ended, (Ended{0, 0})) << acked.err;
  EXPECT_NE(shop.world().forestall({"ack", "ffffffff"}).ended.code, 0);
  EXPECT_THAT(shop.world().forestall({"alerts", "--all", "--json"}).out, HasSubstr("\"acknowledged_by\""));
  // And snoozed by kind.
  const auto snoozed =
      shop.world().forestall({"snooze", "--kind", "shortfall", "--seller", "acme", "--for", "2h"});
  EXPECT_EQ(snoozed.ended, (Ended{0, 0})) << snoozed.err;

  // Told once: every message has an id of its own, and the shortfall is in one of them only.
  std::map<std::string, int> ids;
  for (const auto& one : sinks.posts()) ++ids[one.id];
  for (const auto& [id, times] : ids) EXPECT_EQ(times, 1) << id;
  EXPECT_EQ(sinks.posts_about("SKU-00001 runs ").size(), 1u);
  shop.world().daemon().signal(SIGTERM);
  EXPECT_EQ(shop.world().daemon().wait_for(), (Ended{0, 0}));
}

TEST(AlertingEndToEnd, NothingIsLostWhileTheSinkIsDownAndTheDaemonIsKilled) {
  Sinks sinks;
  sinks.down(true);
  Shop shop(sinks);
  shop.sold({"SKU-00001"}, 2);
  shop.start();
  // The daemon has worded it and cannot deliver it.
  ASSERT_TRUE(eventually([&] { return shop.unsent() > 0; }, generously)) << shop.world().daemon().err();
  EXPECT_TRUE(sinks.posts().empty());
  shop.world().kill_daemon();

  // The sink is back, but its first answers are lost: sent again, under the same id and with the same words.
  sinks.down(false);
  sinks.lose_answers(2);
  shop.start();
  const auto answered = [&] { return std::ranges::any_of(sinks.posts_about("SKU-00001 "), &Post::answered); };
  ASSERT_TRUE(eventually([&] { return sinks.posts_about("SKU-00001 ").size() >= 1; }, generously));
  // In the middle of it the daemon dies once more.
  shop.world().kill_daemon();
  shop.start();
  ASSERT_TRUE(eventually(answered, generously)) << shop.world().daemon().err();
  ASSERT_TRUE(eventually([&] { return shop.unsent() == 0; }, generously));

  std::map<std::string, std::vector<Post>> by_id;
  for (const auto& post : sinks.posts()) by_id[post.id].push_back(post);
  for (const auto& [id, posts] : by_id) {
    EXPECT_TRUE(posts.back().answered) << id << " was never answered, and given up";
    for (std::size_t i = 0; i + 1 < posts.size(); ++i) {
      // The answer was lost: by the sink, or with the daemon that was killed while it waited for it.
      EXPECT_EQ(posts[i].body, posts[i + 1].body) << "the same id, other words";
    }
  }
  std::set<std::string> telling;
  for (const auto& post : sinks.posts_about("SKU-00001 runs ")) telling.insert(post.id);
  EXPECT_EQ(telling.size(), 1u) << "one message tells of it, however often it was sent";
}

TEST(AlertingEndToEnd, AStormIsOneReadableMessage) {
  constexpr int storm = 5300;  // the outlook keeps the first 5,000 of a round
  Sinks sinks;
  // All of them sold twice in four weeks, and now none is left.
  std::vector<std::string> skus, rows;
  for (int i = 0; i < storm; ++i) {
    skus.push_back(fmt::format("TEA-{:04}", i));
    rows.push_back(skus.back() + ",0");
  }
  Shop shop(sinks, rows);
  shop.sold(skus, 1, 14);
  shop.start();
  ASSERT_TRUE(eventually([&] { return !sinks.posts_about("items run short").empty(); }, 120s))
      << shop.world().daemon().err();
  const auto post = sinks.posts_about("items run short").front();
  const auto message = post.json();
  EXPECT_EQ(std::string(message.at("subject").as_string()), "Acme Trial: 5,000 items run short");
  EXPECT_LE(message.at("items").as_array().size(), 25u) << "as many as one reads";
  EXPECT_THAT(std::string(message.at("more").as_string()),
              ContainsRegex("And 4,9[0-9][0-9] more.*forestall alerts"));
  EXPECT_LE(post.body.size(), 32u * 1024);
  ASSERT_TRUE(eventually([&] { return !sinks.mails_about("items run short").empty(); }, generously));
  EXPECT_LE(sinks.mails_about("items run short").front().data.size(), 64u * 1024);
  ASSERT_TRUE(eventually([&] { return shop.unsent() == 0; }, generously));
  EXPECT_EQ(sinks.posts_about("run short").size(), 1u);
  EXPECT_EQ(sinks.mails_about("run short").size(), 1u);
}

}  // namespace
}  // namespace forestall::test
