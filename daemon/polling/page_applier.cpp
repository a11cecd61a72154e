// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/page_applier.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "connectors/net/sleep.hpp"

namespace forestall::polling {

using boost::asio::awaitable;
using namespace std::chrono_literals;

namespace {

// Of one call into the ledger: entities, an order's lines counted too. About 5 ms of Redis.
constexpr std::size_t slice_weight = 256;
constexpr std::size_t told_in_all = 4096;
constexpr auto ledger_patience = 2min;
constexpr Millis ahead = 24h;

std::size_t weight(const model::Observation& observation) {
  const auto* order = std::get_if<model::OrderUpsert>(&observation);
  return 1 + (order == nullptr ? 0 : order->lines.size());
}

// Sound, and not of a time that has not come: the clocks of channels are minutes apart, not days.
Status check(const model::Observation& observation, Instant now) {
  if (auto ok = model::check(observation); !ok) return ok;
  if (const auto* order = std::get_if<model::OrderUpsert>(&observation);
      order != nullptr && order->placed_at > now + ahead)
    return fail(ErrorCode::invalid_argument, "placed_at is more than a day ahead of now");
  return {};
}

// The ledger or the way to it is away; the same observations again change nothing twice.
bool may_pass(const Error& error) {
  switch (error.code) {
    case ErrorCode::unavailable:
    case ErrorCode::outcome_unknown:
    case ErrorCode::timeout:
    case ErrorCode::conflict:  // the lease: ours again, or the seller is closed
    case ErrorCode::io:
      return true;
    default:
      return error.retryable;
  }
}

}  // namespace

PageApplier::PageApplier(const Tools& tools, flow::Seller& seller, std::string cursor_name, Logger log,
                         FeedFigures& figures)
    : tools_(tools),
      seller_(seller),
      cursor_name_(std::move(cursor_name)),
      log_(std::move(log)),
      figures_(figures) {}

bool PageApplier::set_aside(const Error& why) {
  ++figures_.set_aside;
  if (told_.size() >= told_in_all) told_.clear();
  const bool news = told_.insert(std::hash<std::string>{}(why.detail)).second;
  if (news) log_.warning("set_aside", {{"reason", why}, {"so_far", figures_.set_aside}});
  return news;
}

awaitable<Result<ledger::Applied>> PageApplier::apply_slice(std::span<const model::Observation> slice,
                                                            std::optional<ledger::CursorMove> move) {
  const auto give_up = tools_.machine_clock.monotonic() + ledger_patience;
  for (unsigned failures = 1;; ++failures) {
    auto applied = co_await tools_.door.apply(seller_, slice, move);
    if (applied || !may_pass(applied.error()) || tools_.machine_clock.monotonic() >= give_up)
      co_return applied;
    if (failures == 1) log_.info("ledger_awaited", {{"reason", applied.error()}});
    const Millis pause = std::min<Millis>(2s, 50ms * (1 << std::min(failures, 6U)));
    co_await net::sleep_for(tools_.machine_clock, pause);
  }
}

awaitable<Result<PageResult>> PageApplier::apply(ports::Page page, std::string from) {
  PageResult result;
  for (const auto& error : page.set_aside)
    if (set_aside(error)) result.set_aside = result.set_aside_undated = true;
  ++figures_.pages;
  figures_.bytes += page.bytes;
  figures_.observations += page.observations.size();
  result.observations.reserve(page.observations.size());
  for (auto& observation : page.observations) {
    if (const auto sound = check(observation, tools_.clock.now()); !sound) {
      if (!set_aside(fail_in(model::name_of(observation), sound.error()).error())) continue;
      result.set_aside = true;
      if (const auto* order = std::get_if<model::OrderUpsert>(&observation))
        result.set_aside_placed =
            std::min(order->placed_at, result.set_aside_placed.value_or(order->placed_at));
      else
        result.set_aside_undated = true;
    } else
      result.observations.push_back(std::move(observation));
  }

  const auto& all = result.observations;
  if (all.empty() && page.next.text == from) co_return result;
  std::size_t begin = 0;
  do {
    std::size_t end = begin, load = 0;
    while (end < all.size() && (end == begin || load + weight(all[end]) <= slice_weight))
      load += weight(all[end++]);
    const bool last = end == all.size();
    auto applied = co_await apply_slice(
        std::span(all).subspan(begin, end - begin),
        last ? std::optional(ledger::CursorMove{cursor_name_, page.next.text}) : std::nullopt);
    if (!applied) co_return fail_in("ledger", applied.error());
    for (const auto outcome : applied->outcomes) {
      figures_.applied += ledger::changed(outcome) ? 1 : 0;
      figures_.unmapped += outcome == ledger::Outcome::applied_unmapped ? 1 : 0;
    }
    result.outcomes.insert(result.outcomes.end(), applied->outcomes.begin(), applied->outcomes.end());
    result.contradicted = result.contradicted || !applied->reread.empty();
    begin = end;
  } while (begin < all.size());
  figures_.read_in_round += all.size();
  co_return result;
}

awaitable<Status> PageApplier::note(std::string name, std::string value) {
  auto noted = co_await apply_slice({}, ledger::CursorMove{std::move(name), std::move(value)});
  if (!noted) co_return std::unexpected(noted.error());
  co_return Status{};
}

}  // namespace forestall::polling
