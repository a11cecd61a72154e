// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/feed_poller.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "connectors/net/sleep.hpp"
#include "daemon/polling/guarded.hpp"

namespace forestall::polling {

using boost::asio::awaitable;
using namespace std::chrono_literals;
using ports::Feed;

namespace {

// In the world's time, which a sandbox may make run much faster than the machine's.
constexpr auto call_timeout = 5min;
// How long one call may queue for its turn before the round is counted as failed.
constexpr auto queue_patience = 6h;
// A connector that prepares something (a report) answers "nothing yet, ask again".
constexpr Millis first_idle = 2s;
constexpr Millis longest_idle = 30s;
constexpr auto idle_patience = 2h;
constexpr Millis watermark_patience = 1h;  // at most it waits so long for what was set aside
constexpr Millis open_asked_every = 100ms;

std::string cursor_name(const flow::Account& account, Feed feed) {
  return fmt::format("{} {}", account.settings.id.str(), ports::feed_name(feed));
}

}  // namespace

FeedPoller::FeedPoller(const Tools& tools, flow::Seller& seller, flow::Account& account, Feed feed,
                       FeedEvents events)
    : tools_(tools),
      seller_(seller),
      account_(account),
      feed_(feed),
      events_(std::move(events)),
      log_(tools.log.with({{"seller", seller.settings.id},
                           {"account", account.settings.id},
                           {"feed", ports::feed_name(feed)}})),
      applier_(tools_, seller_, cursor_name(account, feed), log_, figures_) {}

FeedPlan FeedPoller::plan() const {
  auto plan = plan_of(feed_, account_.settings.poll);
  if (feed_ == Feed::orders && !account_.backfilled && figures_.rounds > 0)
    plan.every *= rarer_before_backfill;
  return plan;
}

std::string FeedPoller::round_name() const { return applier_.cursor_name() + " round"; }

void FeedPoller::ask(bool from_start) {
  asked_ = true;
  from_start_ = from_start_ || from_start;
  woken_.notify_all();
}

// A round that an earlier process completed counts: only what is due is read.
awaitable<Monotonic> FeedPoller::first_due() {
  const auto share = tools_.activity.begin();  // a world in lock-step waits for the ledger
  for (;;) {
    while (!tools_.door.is_open(seller_)) co_await net::sleep_for(tools_.machine_clock, open_asked_every);
    const auto noted = co_await tools_.door.cursor(seller_, round_name());
    if (noted) {
      const auto now = tools_.clock.monotonic();
      const auto began = parse_instant(*noted);
      if (!began) co_return now;
      figures_.last_round = *began;
      if (feed_ == Feed::listings) account_.listings_read_at = *began;
      events_.moved();
      if (!plan().remembered) co_return now;
      const auto due = *began + plan().every - tools_.clock.now();
      co_return now + std::clamp<Millis>(due, 0ms, plan().every);
    }
    co_await net::sleep_for(tools_.machine_clock, 1s);
  }
}

awaitable<void> FeedPoller::run() {
  auto due = co_await first_due();
  std::optional<Monotonic> began{};  // of the last round, if it succeeded
  for (unsigned failures = 0;;) {
    for (;;) {
      if (began) due = *began + plan().every;  // the cadence may have changed meanwhile
      if (asked_ || tools_.clock.monotonic() >= due) break;
      co_await woken_.wait_until(tools_.clock, due);
    }
    asked_ = false;
    began = tools_.clock.monotonic();
    const auto done = co_await guarded(round(std::exchange(from_start_, false)));
    if (done) {
      failures = 0;
    } else {
      failed(done.error());
      due = tools_.clock.monotonic() + pause_after(++failures, plan().every, tools_.random);
      began.reset();
    }
    events_.moved();
  }
}

void FeedPoller::failed(const Error& error) {
  // Once when it begins, and when it becomes another failure: an hour's outage is one fact.
  if (!figures_.error || figures_.error->code != error.code) log_.warning("poll_failed", {{"reason", error}});
  figures_.failed(error, tools_.clock.now());
}

awaitable<Result<ports::Page>> FeedPoller::ask_channel(ports::Cursor from) {
  const auto give_up = tools_.clock.monotonic() + queue_patience;
  const auto turn =
      co_await tools_.calls.turn(account_, ports::CallKind::poll, feed_, plan().purpose, 0, give_up);
  if (!turn) co_return std::unexpected(turn.error());
  co_return co_await account_.marketplace->poll(feed_, std::move(from), call_timeout);
}

awaitable<Status> FeedPoller::round(bool from_start) {
  const auto began = tools_.clock.now();
  const auto began_at = tools_.clock.monotonic();
  figures_.round_began = began;
  figures_.read_in_round = 0;
  figures_.reached.reset();
  ports::Cursor cursor;
  if (!from_start) {
    auto stored = co_await tools_.door.cursor(seller_, applier_.cursor_name());
    if (!stored) co_return std::unexpected(stored.error());
    cursor.text = std::move(*stored);
  }
  bool restarted = from_start;
  Millis idle = first_idle;
  for (;;) {
    auto page = co_await ask_channel(cursor);
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
    const auto complete_before = page->complete_before;
    const bool nothing = page->observations.empty() && page->set_aside.empty();
    // A world in lock-step waits until what it said has been applied.
    std::optional<timing::Activity::Share> share(tools_.activity.begin());
    const auto seen = first_seen(page->observations);
    auto applied = co_await applier_.apply(std::move(*page), cursor.text);
    if (!applied) co_return std::unexpected(applied.error());
    aside_.add(*applied);
    if (feed_ == Feed::orders && complete_before) move_watermark(*complete_before);
    learn(*applied, seen);
    share.reset();
    figures_.last_success = tools_.clock.now();
    if (figures_.error) log_.notice("poll_recovered", {{"after", figures_.error->detail}});
    figures_.error.reset();
    figures_.failing_since.reset();
    if (!more) break;
    if (next == cursor) {
      if (!nothing) co_return fail(ErrorCode::parse, "the next page is this one again");
      if (tools_.clock.monotonic() - began_at > idle_patience)
        co_return fail_retryable(ErrorCode::timeout, "the channel prepares an answer for two hours already");
      co_await net::sleep_for(tools_.clock, idle);
      idle = std::min(idle * 2, longest_idle);
    }
    cursor = next;
    events_.moved();
  }
  if (plan().remembered || !figures_.last_round)
    if (auto ok = co_await applier_.note(round_name(), to_string(began)); !ok) co_return ok;
  ++figures_.rounds;
  figures_.last_round = began;
  if (feed_ == Feed::orders) {
    account_.orders_read_at = began;
    if (!watching_since_) watching_since_ = began;
  }
  if (feed_ == Feed::listings) account_.listings_read_at = began;
  co_return Status{};
}

void FeedPoller::Aside::add(const PageResult& page) {
  any = any || page.set_aside;
  undated = undated || page.set_aside_undated;
  if (page.set_aside_placed)
    placed = std::min(*page.set_aside_placed, placed.value_or(*page.set_aside_placed));
}

// Every order placed before it has been applied. One that was set aside has not: what it sold would look like
// a person's doing. For a while only, since whatever cannot be read may never be.
void FeedPoller::move_watermark(Instant complete_before) {
  const auto now = tools_.clock.monotonic();
  auto& stands = account_.orders_complete_before;
  if (held_back_ && now >= held_back_->until) held_back_.reset();
  if (const auto aside = std::exchange(aside_, {}); aside.any) {
    auto below = std::min(complete_before, aside.placed.value_or(complete_before));
    // Where nobody can say when it was placed: after what is complete by now.
    if (aside.undated) below = std::min(below, stands.value_or(complete_before - watermark_patience));
    if (held_back_) below = std::min(below, held_back_->below);
    held_back_ = {.below = std::max(below, complete_before - watermark_patience),
                  .until = now + watermark_patience};
  }
  const auto reached = held_back_ ? std::min(complete_before, held_back_->below) : complete_before;
  if (!stands || reached > *stands) stands = reached;
}

// Orders that this page may be the first to show, before it is applied.
std::vector<bool> FeedPoller::first_seen(const std::vector<model::Observation>& observations) const {
  std::vector<bool> all(observations.size(), false);
  if (feed_ != Feed::orders || account_.blind_window == nullptr || !watching_since_) return all;
  for (std::size_t i = 0; i < observations.size(); ++i) {
    const auto* order = std::get_if<model::OrderUpsert>(&observations[i]);
    // A closed order may have been known before it was closed; one from before the first poll was met late
    // because nobody asked.
    all[i] = order != nullptr && order->placed_at >= *watching_since_ &&
             order->state < model::OrderState::shipped &&
             !tools_.door.knows_open_order(seller_, order->account, order->id);
  }
  return all;
}

void FeedPoller::learn(const PageResult& page, const std::vector<bool>& seen) {
  // Nothing set aside by the applier: positions are those of the page.
  const bool aligned = seen.size() == page.observations.size();
  const auto now = tools_.clock.now();
  for (std::size_t i = 0; i < page.observations.size(); ++i) {
    const auto* order = std::get_if<model::OrderUpsert>(&page.observations[i]);
    if (order == nullptr) continue;
    if (!figures_.reached || order->placed_at > *figures_.reached) figures_.reached = order->placed_at;
    if (aligned && seen[i] && ledger::changed(page.outcomes[i]))
      account_.blind_window->record_seen(order->placed_at, now);
  }
  if (page.contradicted) events_.contradicted();
}

}  // namespace forestall::polling
