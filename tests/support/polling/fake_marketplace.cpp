// SPDX-License-Identifier: Apache-2.0
#include "tests/support/polling/fake_marketplace.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/text.hpp"
#include "connectors/net/sleep.hpp"

namespace forestall::test {

using boost::asio::awaitable;
using ports::Feed;

model::OrderUpsert an_order(const AccountId& account, int number, Instant placed_at, std::uint64_t version) {
  model::OrderUpsert order;
  order.from = {SourceId::literal(account.str()), model::Version(version), placed_at};
  order.account = account;
  order.id = OrderId::literal(fmt::format("100-{}", number));
  order.placed_at = placed_at;
  order.placed_day = CivilDate(std::chrono::floor<std::chrono::days>(placed_at));
  model::OrderLine line;
  line.id = OrderLineId::literal("1");
  line.listing = ListingId::literal("L");
  line.ordered = Units(1);
  order.lines.push_back(line);
  return order;
}

model::ListingState a_listing(const AccountId& account, int number, std::int64_t quantity, Instant true_at,
                              std::uint64_t version) {
  model::ListingState state;
  state.from = {SourceId::literal(account.str()), model::Version(version), true_at};
  state.account = account;
  state.listing = ListingId::literal(fmt::format("L{}", number));
  state.quantity = Units(quantity);
  state.activity = model::ListingActivity::active;
  return state;
}

FakeMarketplace::FakeMarketplace(Clock& clock, AccountId account, std::vector<Feed> feeds, Rate rate)
    : clock_(clock), account_(std::move(account)), feeds_(std::move(feeds)), bucket_(rate) {}

Monotonic FakeMarketplace::earliest(ports::CallKind, Feed) const {
  return bucket_.next_free(clock_.monotonic());
}

awaitable<Result<ports::Page>> FakeMarketplace::poll(Feed feed, ports::Cursor from,
                                                     std::chrono::nanoseconds) {
  if (bucket_.reserve(clock_.monotonic())->when > clock_.monotonic()) ++early;
  polls.push_back({feed, from.text, clock_.now()});
  if (latency > Millis(0)) co_await net::sleep_for(clock_, latency);
  if (!faults.empty()) {
    const auto fault = faults.front();
    faults.pop_front();
    if (fault) co_return std::unexpected(*fault);
  }
  if (refuse)
    if (const auto error = refuse(feed, from)) co_return std::unexpected(*error);
  const auto& all = says[feed];
  auto begin = std::min(parse_integer<std::size_t>(from.text).value_or(0), all.size());
  const bool states = feed == Feed::listings || feed == Feed::health;
  if (states && begin == all.size()) begin = 0;
  const auto end = std::min(begin + page_size, all.size());
  ports::Page page;
  page.observations.assign(all.begin() + static_cast<std::ptrdiff_t>(begin),
                           all.begin() + static_cast<std::ptrdiff_t>(end));
  page.next.text = std::to_string(end);
  page.more = end < all.size();
  if (feed == Feed::orders && !page.more) page.complete_before = clock_.now() - visible_after;
  page.bytes = 100 * page.observations.size();
  if (spoil) spoil(feed, page);
  co_return page;
}

awaitable<Result<ports::ListingReading>> FakeMarketplace::read_listing(ListingId listing,
                                                                       std::chrono::nanoseconds) {
  reads.push_back("l " + listing.str());
  const auto found = readable.find(listing.str());
  if (found == readable.end()) co_return fail(ErrorCode::not_found, "no such listing");
  co_return ports::ListingReading{.state = std::get<model::ListingState>(found->second)};
}

awaitable<Result<std::vector<model::Observation>>> FakeMarketplace::read_order(OrderId order,
                                                                               std::chrono::nanoseconds) {
  reads.push_back("o " + order.str());
  const auto found = readable.find(order.str());
  if (found == readable.end()) co_return fail(ErrorCode::not_found, "no such order");
  co_return std::vector<model::Observation>{found->second};
}

awaitable<Result<ports::WriteReceipt>> FakeMarketplace::write(model::Command, std::string,
                                                              std::chrono::nanoseconds) {
  co_return fail(ErrorCode::forbidden, "nobody writes here");
}

awaitable<std::vector<ports::DoctorFinding>> FakeMarketplace::examine(std::chrono::nanoseconds) {
  co_return std::vector<ports::DoctorFinding>{};
}

namespace {

class Borrowed final : public ports::Marketplace {
 public:
  explicit Borrowed(ports::Marketplace& channel) : channel_(channel) {}
  const model::Capabilities& capabilities() const override { return channel_.capabilities(); }
  std::span<const Feed> feeds() const override { return channel_.feeds(); }
  Monotonic earliest(ports::CallKind kind, Feed feed) const override { return channel_.earliest(kind, feed); }
  const http::ClockSkew* skew() const override { return channel_.skew(); }
  awaitable<Result<ports::Page>> poll(Feed feed, ports::Cursor from,
                                      std::chrono::nanoseconds timeout) override {
    return channel_.poll(feed, std::move(from), timeout);
  }
  awaitable<Result<ports::ListingReading>> read_listing(ListingId id,
                                                        std::chrono::nanoseconds timeout) override {
    return channel_.read_listing(std::move(id), timeout);
  }
  awaitable<Result<std::vector<model::Observation>>> read_order(OrderId id,
                                                                std::chrono::nanoseconds timeout) override {
    return channel_.read_order(std::move(id), timeout);
  }
  awaitable<Result<ports::WriteReceipt>> write(model::Command command, std::string key,
                                               std::chrono::nanoseconds timeout) override {
    return channel_.write(std::move(command), std::move(key), timeout);
  }
  awaitable<std::vector<ports::DoctorFinding>> examine(std::chrono::nanoseconds timeout) override {
    return channel_.examine(timeout);
  }

 private:
  ports::Marketplace& channel_;
};

}  // namespace

std::unique_ptr<ports::Marketplace> borrow(ports::Marketplace& channel) {
  return std::make_unique<Borrowed>(channel);
}

}  // namespace forestall::test
