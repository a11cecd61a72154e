// SPDX-License-Identifier: Apache-2.0
// The sandbox breaks a call, as Amazon does on its bad days: an error that says so or the truth, and the next
// attempt works.
#include <fmt/format.h>

#include "amazon_at_sandbox.hpp"

namespace forestall::amazon {
namespace {

using namespace std::chrono_literals;
using ports::Feed;

// Runs while our clock goes on, so that deadlines and waits for another attempt come to pass.
template <class T>
T run_with_time(AtSandbox& at, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  boost::asio::co_spawn(at.io, std::move(work), [&](std::exception_ptr thrown, T value) {
    if (!thrown) result.emplace(std::move(value));
  });
  for (int i = 0; i < 60'000 && !result; ++i) {
    at.io.restart();
    at.io.run_for(std::chrono::milliseconds(2));
    if (!result && i % 10 == 9) at.clock.advance(100ms, [&] { at.io.poll(); });
  }
  if (!result) throw std::runtime_error("the call never ended");
  return std::move(*result);
}

void script(const AtSandbox& at, std::string_view operation, std::string_view fault) {
  const auto made = at.sandbox.control(
      "faults", "POST",
      fmt::format(R"({{"faults":[{{"operation":"{}","nth":1,"count":1,{}}}]}})", operation, fault));
  ASSERT_EQ(made.status(), 200) << made.reply.body;
}

constexpr std::string_view faults[] = {R"("fault":"timeout")",
                                       R"("fault":"reset")",
                                       R"("fault":"truncated")",
                                       R"("fault":"invalid_json")",
                                       R"("fault":"lost_answer")",
                                       R"("fault":"status","status":401)",
                                       R"("fault":"status","status":403)",
                                       R"("fault":"status","status":429)",
                                       R"("fault":"status","status":429,"retry_after":2)",
                                       R"("fault":"status","status":500)",
                                       R"("fault":"status","status":503,"html":true)"};

TEST(AmazonFaults, AReadingFailsOrIsTheTruthAndTheNextOneWorks) {
  AtSandbox at({"--skus", "12", "--rate", "20"});
  at.advance(6h);
  const OrderId nobody = OrderId::literal("000-0000000-0000000");
  for (const auto fault : faults) {
    SCOPED_TRACE(fault);
    const auto amazon = at.make();
    const auto poll = [&](Feed feed) { return run_with_time(at, amazon->poll(feed, {}, 8s)); };
    const auto read = [&](std::chrono::seconds within) {
      return run_with_time(at, amazon->read_listing(ListingId::literal("#7+1"), within));
    };
    const auto orders = run_with_time(at, amazon->poll(Feed::orders, {}, 90s));
    ASSERT_TRUE(orders) << to_string(orders.error());
    const auto listing = read(90s);
    ASSERT_TRUE(listing) << to_string(listing.error());

    script(at, "searchOrders", fault);
    if (const auto again = poll(Feed::orders))
      EXPECT_EQ(again->observations.size(), orders->observations.size());
    script(at, "searchListingsItems", fault);
    if (const auto again = poll(Feed::listings)) EXPECT_EQ(again->observations.size(), 40u);
    script(at, "getListingsItem", fault);
    if (const auto again = read(8s)) EXPECT_EQ(again->state.quantity, listing->state.quantity);
    at.sandbox.control("faults", "DELETE");
    EXPECT_TRUE(read(90s));
    EXPECT_EQ(run_with_time(at, amazon->read_order(nobody, 90s)).error().code, ErrorCode::not_found);
    at.advance(60min);  // for the bucket of searchOrders, and for the clocks to be of one mind
  }
}

TEST(AmazonFaults, AWriteIsSentOnceAndItsOutcomeIsNeverGuessed) {
  AtSandbox at({"--skus", "12", "--rate", "0.1"});
  const auto account = AccountId::literal("amazon-us");
  const auto written = [&] { return at.sandbox.control("writes").at("/writes").as_array().size(); };
  for (const auto fault : faults) {
    SCOPED_TRACE(fault);
    const auto amazon = at.make();
    const auto before = written();
    script(at, "patchListingsItem", fault);
    const auto result = run_with_time(
        at, amazon->write(model::PauseListing{account, ListingId::literal("O'Neil & Co")}, "key", 8s));
    at.sandbox.control("faults", "DELETE");
    EXPECT_LE(written(), before + 1);
    if (result) {
      EXPECT_EQ(written(), before + 1);
    } else if (written() > before) {
      EXPECT_EQ(result.error().code, ErrorCode::outcome_unknown) << to_string(result.error());
    }
    // A refusal by status is nobody's secret; silence is.
    if (fault.find("\"status\":4") == std::string_view::npos) {
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().code, ErrorCode::outcome_unknown) << to_string(result.error());
    }
    at.advance(10min);
  }
}

TEST(AmazonFaults, ATokenThatCannotBeHadIsToldAndComesBack) {
  AtSandbox at({"--skus", "12"});
  for (const auto fault :
       {R"("fault":"status","status":500)", R"("fault":"reset")", R"("fault":"invalid_json")"}) {
    SCOPED_TRACE(fault);
    at.sessions = {};
    const auto amazon = at.make();
    script(at, "token", fault);
    const auto first = run_with_time(at, amazon->read_listing(ListingId::literal("#7+1"), 5s));
    if (!first) EXPECT_EQ(first.error().code, ErrorCode::unavailable) << to_string(first.error());
    at.sandbox.control("faults", "DELETE");
    at.advance(2min);
    EXPECT_TRUE(run_with_time(at, amazon->read_listing(ListingId::literal("#7+1"), 90s)));
  }
}

}  // namespace
}  // namespace forestall::amazon
