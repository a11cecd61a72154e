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
  Error told;
  for (;;) {
    while (!tools_.door.is_open(seller_)) co_await net::sleep_for(tools_.machine_clock, open_asked_every);
    const auto noted = co_await tools_.door.cursor(seller_, truth_name());
    auto named = co_await named_before();
    if (noted && named) {
      if (const auto instant = parse_instant(*noted)) {
        true_at_ = *instant;
        seller_.stock_read = true;
      }
      named_ = named->size();
      if (source_ && source_->traits().snapshots && !named->empty()) source_->remember(*named);
      moved_();
      co_return;
    }
    if (!named && named.error().detail != told.detail) {
      told = named.error();
      log_.warning("stock_not_recalled", {{"reason", told}});
    }
    co_await net::sleep_for(tools_.machine_clock, 1s);
  }
}

awaitable<Result<std::vector<ports::NamedSku>>> StockPoller::named_before() {
  if (!source_ || !ground_) co_return std::vector<ports::NamedSku>{};
  if (!ground_->alone)
    co_return co_await tools_.door.named_by(seller_, ground_->pool, settings_.id, settings_.location);
  if (!source_->traits().snapshots) co_return std::vector<ports::NamedSku>{};
  co_return co_await tools_.door.known_stock(seller_, ground_->pool);
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
awaitable<Status> StockPoller::look_over(ports::Page& page, FeedWatch& watch) {
  if (!ground_ || accept_zeros_) co_return Status{};
  std::vector<model::StockLevel*> levels;
  for (auto& observation : page.observations)
    if (auto* level = std::get_if<model::StockLevel>(&observation)) levels.push_back(level);
  std::vector<std::optional<KnownStock>> known;
  if (ground_->alone) {
    known.reserve(levels.size());
    for (const auto* level : levels)
      known.push_back(tools_.door.stock_of(seller_, level->sku, ground_->pool));
  } else {
    const std::vector<const model::StockLevel*> asked(levels.begin(), levels.end());
    auto said = co_await tools_.door.said_before(seller_, ground_->pool, asked);
    if (!said) co_return std::unexpected(said.error());
    known = std::move(*said);
  }
  std::vector<model::StockLevel*> zeros;
  PageCounts counts{.read = page.observations.size(), .unreadable = page.set_aside.size()};
  std::size_t first_seen = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    auto* const level = levels[i];
    const auto& before = known[i];
    if (!before && level->on_hand) ++first_seen;
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
    co_return fail(
        ErrorCode::conflict,
        fmt::format("{}: the feed is suspect. If it is true: forestall accept {}", *why, settings_.id.str()));
  }
  named_ += first_seen;
  constexpr std::size_t told = 5;
  for (auto* level : zeros) {
    level->suspect = true;
    zeroed_.insert(level->sku.str());
  }
  for (std::size_t i = 0; i < std::min(zeros.size(), told); ++i)
    log_.warning("stock_suspect", {{"sku", zeros[i]->sku}, {"reason", "zero, and no order explains it"}});
  co_return Status{};
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
  const auto known = ground_ && !ground_->alone ? named_ : tools_.door.known_skus(seller_);
  FeedWatch watch(settings_, known, source_->traits().snapshots, zeroed_.size());
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
    if (auto ok = co_await look_over(*page, watch); !ok) co_return ok;
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
