// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/stock_poller.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "connectors/net/sleep.hpp"
#include "daemon/polling/cadence.hpp"
#include "daemon/polling/guarded.hpp"

namespace forestall::polling {

using boost::asio::awaitable;
using namespace std::chrono_literals;

namespace {
constexpr auto read_timeout = 5min;
constexpr Millis open_asked_every = 100ms;
}  // namespace

StockPoller::StockPoller(const Tools& tools, flow::Seller& seller, config::StockSettings settings,
                         std::unique_ptr<ports::StockSource> source, std::string why_not,
                         std::function<void()> moved)
    : tools_(tools),
      seller_(seller),
      settings_(std::move(settings)),
      source_(std::move(source)),
      why_not_(std::move(why_not)),
      moved_(std::move(moved)),
      log_(tools.log.with({{"seller", seller.settings.id}, {"source", settings_.id}})),
      applier_(tools_, seller_, "stock " + settings_.id.str(), log_, figures_) {}

void StockPoller::ask(bool from_start) {
  asked_ = true;
  from_start_ = from_start_ || from_start;
  woken_.notify_all();
}

awaitable<void> StockPoller::recall() {
  const auto share = tools_.activity.begin();  // a world in lock-step waits for the ledger
  for (;;) {
    while (!tools_.door.is_open(seller_)) co_await net::sleep_for(tools_.machine_clock, open_asked_every);
    const auto noted = co_await tools_.door.cursor(seller_, truth_name());
    if (noted) {
      if (const auto instant = parse_instant(*noted)) {
        true_at_ = *instant;
        seller_.stock_read = true;
      }
      if (source_ && alone_in_ && source_->traits().snapshots)
        source_->remember(co_await tools_.door.known_stock(seller_, *alone_in_));
      moved_();
      co_return;
    }
    co_await net::sleep_for(tools_.machine_clock, 1s);
  }
}

awaitable<void> StockPoller::run() {
  co_await recall();
  if (!source_) co_return;
  auto due = tools_.clock.monotonic();
  for (unsigned failures = 0;;) {
    while (!asked_ && tools_.clock.monotonic() < due) co_await woken_.wait_until(tools_.clock, due);
    asked_ = false;
    const auto began = tools_.clock.monotonic();
    const auto done = co_await guarded(round(std::exchange(from_start_, false)));
    if (done) {
      failures = 0;
      due = began + settings_.poll;
    } else {
      failed(done.error());
      due = tools_.clock.monotonic() + pause_after(++failures, settings_.poll, tools_.random);
    }
    moved_();
  }
}

void StockPoller::failed(const Error& error) {
  if (!figures_.error || figures_.error->detail != error.detail)
    log_.warning("stock_refused", {{"reason", error}, {"consequence", "nothing changed"}});
  figures_.failed(error, tools_.clock.now());
}

// A few zeros that no order explains are marked as suspect: what they pause can be undone, and the next
// reading verifies them. Too many, or other signs that it is not what it was, and it is the feed that is
// suspect: nothing of the page is taken.
Status StockPoller::look_over(ports::Page& page, FeedWatch& watch) {
  if (!alone_in_ || accept_zeros_) return {};
  std::vector<model::StockLevel*> zeros;
  PageCounts counts{.read = page.observations.size(), .unreadable = page.set_aside.size()};
  for (auto& observation : page.observations) {
    auto* level = std::get_if<model::StockLevel>(&observation);
    if (level == nullptr) continue;
    const auto before = tools_.door.stock_of(seller_, level->sku, *alone_in_);
    if (level->on_hand && *level->on_hand > Units(0)) zeroed_.erase(level->sku.str());
    if (unexplained_zero(before, *level)) {
      zeros.push_back(level);
      if (!zeroed_.contains(level->sku.str())) ++counts.zeros;
    }
    if (before && before->on_hand > Units(0) && level->on_hand && *level->on_hand > Units(0))
      ++counts.comparable;
    if (jumped(before, *level)) ++counts.jumped;
  }
  if (const auto why = watch.doubt(counts, page.snapshot)) {
    doubted_ = true;
    return fail(
        ErrorCode::conflict,
        fmt::format("{}: the feed is suspect. If it is true: forestall accept {}", *why, settings_.id.str()));
  }
  constexpr std::size_t told = 5;
  for (auto* level : zeros) {
    level->suspect = true;
    zeroed_.insert(level->sku.str());
  }
  for (std::size_t i = 0; i < std::min(zeros.size(), told); ++i)
    log_.warning("stock_suspect", {{"sku", zeros[i]->sku}, {"reason", "zero, and no order explains it"}});
  return {};
}

awaitable<Status> StockPoller::round(bool from_start) {
  figures_.round_began = tools_.clock.now();
  figures_.read_in_round = 0;
  ports::Cursor cursor;
  if (!from_start) {
    auto stored = co_await tools_.door.cursor(seller_, applier_.cursor_name());
    if (!stored) co_return std::unexpected(stored.error());
    cursor.text = std::move(*stored);
  }
  bool restarted = from_start;
  FeedWatch watch(settings_, tools_.door.known_skus(seller_), source_->traits().snapshots, zeroed_.size());
  bool taken = false;
  for (;;) {
    auto page = co_await source_->poll(cursor, read_timeout);
    if (!page) {
      if (page.error().code != ErrorCode::conflict || restarted) co_return std::unexpected(page.error());
      log_.notice("cursor_refused", {{"reason", page.error()}, {"consequence", "read from the beginning"}});
      ++figures_.restarts;
      restarted = true;
      cursor = {};
      continue;
    }
    const bool more = page->more;
    const auto next = page->next;
    const auto share = tools_.activity.begin();
    if (auto ok = look_over(*page, watch); !ok) co_return ok;
    taken = taken || !page->observations.empty();
    const auto applied = co_await applier_.apply(std::move(*page), cursor.text);
    if (!applied) co_return std::unexpected(applied.error());
    auto truth = true_at_;
    for (const auto& observation : applied->observations)
      if (const auto* level = std::get_if<model::StockLevel>(&observation))
        truth = std::max(truth, std::optional(level->from.true_at));
    if (truth != true_at_) {
      if (auto ok = co_await applier_.note(truth_name(), to_string(*truth)); !ok) co_return ok;
      true_at_ = truth;
      seller_.stock_read = true;
      log_.info("stock_read", {{"levels", applied->observations.size()}, {"true_at", *truth}});
    }
    figures_.last_success = tools_.clock.now();
    if (figures_.error) log_.notice("stock_recovered", {{"after", figures_.error->detail}});
    figures_.error.reset();
    figures_.failing_since.reset();
    if (!more) break;
    if (next == cursor) co_return fail(ErrorCode::parse, "the next page is this one again");
    cursor = next;
    moved_();
  }
  if (taken) {
    doubted_ = accept_zeros_ = false;
    zeroed_.clear();
  }
  ++figures_.rounds;
  figures_.last_round = figures_.round_began;
  co_return Status{};
}

}  // namespace forestall::polling
