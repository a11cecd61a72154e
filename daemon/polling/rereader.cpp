// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/rereader.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <utility>
#include <variant>
#include <vector>

#include "connectors/net/sleep.hpp"

namespace forestall::polling {

using boost::asio::awaitable;
using namespace std::chrono_literals;

namespace {

constexpr auto call_timeout = 5min;
constexpr auto queue_patience = 30min;
constexpr auto looked_at_every = 1min;
// A channel that goes on contradicting itself is asked ever more rarely.
constexpr Millis first_pause = 1min;
constexpr Millis longest_pause = 6h;
constexpr Millis open_asked_every = 100ms;

std::string key_of(const Doubtful& doubtful) {
  if (const auto* order = std::get_if<OrderId>(&doubtful.entity)) return "o " + order->str();
  return "l " + std::get<ListingId>(doubtful.entity).str();
}

}  // namespace

Rereader::Rereader(const Tools& tools, flow::Seller& seller, flow::Account& account)
    : tools_(tools),
      seller_(seller),
      account_(account),
      log_(tools.log.with({{"seller", seller.settings.id}, {"account", account.settings.id}})),
      applier_(tools_, seller_, "", log_, figures_) {}

awaitable<void> Rereader::run() {
  for (;;) {
    if (!tools_.door.is_open(seller_)) {
      const auto share = tools_.activity.begin();
      co_await net::sleep_for(tools_.machine_clock, open_asked_every);
      continue;
    }
    asked_ = false;
    if (const auto done = co_await pass(); !done) {
      ++figures_.failures;
      ++figures_.failures_by_code[done.error().code];
      figures_.error = done.error();
    }
    if (!asked_) co_await woken_.wait_until(tools_.clock, tools_.clock.monotonic() + looked_at_every);
  }
}

awaitable<Status> Rereader::pass() {
  auto doubtful = co_await tools_.door.contradicted(seller_);
  if (!doubtful) co_return std::unexpected(doubtful.error());
  std::erase_if(*doubtful, [&](const Doubtful& d) { return d.account != account_.settings.id; });
  for (auto& [key, tried] : tried_) tried.still = false;
  for (const auto& one : *doubtful) tried_[key_of(one)].still = true;
  std::erase_if(tried_, [](const auto& entry) { return !entry.second.still; });
  Status first_failure{};
  for (auto& one : *doubtful) {
    auto& tried = tried_[key_of(one)];
    if (tools_.clock.monotonic() < tried.again) continue;
    const Millis pause =
        std::min<Millis>(longest_pause, first_pause * (std::int64_t{1} << std::min(tried.times++, 12U)));
    tried.again = tools_.clock.monotonic() + pause;
    if (auto ok = co_await read(std::move(one)); !ok && first_failure) first_failure = ok;
  }
  co_return first_failure;
}

awaitable<Status> Rereader::read(Doubtful doubtful) {
  const bool is_order = std::holds_alternative<OrderId>(doubtful.entity);
  const auto kind = is_order ? ports::CallKind::read_order : ports::CallKind::read_listing;
  const auto turn =
      co_await tools_.calls.turn(account_, kind, ports::Feed::orders, scheduling::Purpose::sweep, 0,
                                 tools_.clock.monotonic() + queue_patience);
  if (!turn) co_return std::unexpected(turn.error());
  ports::Page page;
  try {
    if (is_order) {
      auto order =
          co_await account_.marketplace->read_order(std::get<OrderId>(doubtful.entity), call_timeout);
      if (!order) co_return std::unexpected(order.error());
      page.observations = std::move(*order);
    } else {
      auto reading =
          co_await account_.marketplace->read_listing(std::get<ListingId>(doubtful.entity), call_timeout);
      if (!reading) co_return std::unexpected(reading.error());
      page.observations.emplace_back(std::move(reading->state));
    }
  } catch (const boost::system::system_error& e) {
    if (e.code() == boost::asio::error::operation_aborted) throw;
    co_return fail(ErrorCode::internal, e.what());
  } catch (const std::exception& e) {
    co_return fail(ErrorCode::internal, e.what());
  }
  const auto share = tools_.activity.begin();
  // No cursor moves with it.
  const auto applied = co_await applier_.apply(std::move(page), "no cursor");
  if (!applied) co_return std::unexpected(applied.error());
  figures_.last_success = tools_.clock.now();
  figures_.error.reset();
  log_.info("read_again", {{"entity", key_of(doubtful)}, {"settled", !applied->contradicted}});
  co_return Status{};
}

}  // namespace forestall::polling
