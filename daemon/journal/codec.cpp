// SPDX-License-Identifier: Apache-2.0
#include "daemon/journal/codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

#include "config/base/text.hpp"
#include "daemon/ledger/pack.hpp"

namespace forestall::journal {
namespace {

using ledger::Packer;
using ledger::Unpacker;

constexpr std::int64_t intent_version = 1;
constexpr std::size_t most_late = 64;
// 9999-12-31, so that no stored number overflows a clock.
constexpr std::int64_t last_millisecond = 253'402'300'799'999;

void put_units(Packer& p, const std::optional<Units>& units) { units ? p.integer(units->count()) : p.nil(); }
std::optional<Units> take_units(Unpacker& u) {
  if (u.absent()) return std::nullopt;
  const Units units(u.integer());
  if (!in_range(units)) u.fail("a quantity is out of range");
  return units;
}
void put_instant(Packer& p, Instant at) { p.integer(at.time_since_epoch().count()); }
Instant take_instant(Unpacker& u) {
  const auto at = u.integer();
  if (at < 0 || at > last_millisecond) u.fail("a time is out of range");
  return Instant(Millis(u.ok() ? at : 0));
}
template <class Enum>
Enum take_enum(Unpacker& u, Enum last) {
  const auto n = u.integer();
  if (n < 0 || n > static_cast<std::int64_t>(last)) {
    u.fail("an unknown kind");
    return Enum{};
  }
  return static_cast<Enum>(n);
}
std::uint64_t take_epoch(Unpacker& u) {
  const auto n = u.integer();
  if (n < 0 || n > (std::int64_t{1} << 53)) u.fail("an epoch is out of range");
  return static_cast<std::uint64_t>(n);
}

void put_before(Packer& p, const Before& before) {
  put_units(p, before.quantity);
  p.integer(static_cast<std::int64_t>(before.activity)).text(before.restore);
  put_instant(p, before.at);
}
Before take_before(Unpacker& u) {
  Before before;
  before.quantity = take_units(u);
  before.activity = take_enum(u, model::ListingActivity::removed);
  before.restore = std::string(u.text());
  before.at = take_instant(u);
  return before;
}

// WAY in lua/1_journal.lua. The numbers are stored.
enum class WayKind : std::uint8_t { relative = 1, compare_and_set = 2 };

struct Goal {
  std::optional<Units> target{};
  Way way{};
};
// A number, or an array of three: target, kind, number.
Goal take_goal(Unpacker& u) {
  Goal goal;
  const bool has_way = u.next_is_array();
  if (has_way && u.array() != 3) u.fail("a broken way of writing");
  if (const Units target(u.integer()); target >= Units{}) goal.target = target;
  if (goal.target && !in_range(*goal.target)) u.fail("a quantity is out of range");
  if (!has_way) return goal;
  const auto kind = u.integer();
  const Units number(u.integer());
  if (!in_range(number)) u.fail("a quantity is out of range");
  if (kind == static_cast<std::int64_t>(WayKind::relative)) {
    goal.way.by = number;
  } else if (kind == static_cast<std::int64_t>(WayKind::compare_and_set) && number >= Units{}) {
    goal.way.expected = number;
  } else {
    u.fail("an unknown way of writing");
  }
  return goal;
}

enum class Kind : std::uint8_t { set = 0, adjust = 1, pause = 2, resume = 3 };

void put_command(Packer& p, const model::Command& command) {
  p.integer(static_cast<std::int64_t>(command.index()));
  p.text(account_of(command).str()).text(listing_of(command).str());
  std::visit(
      [&](const auto& c) {
        using C = std::decay_t<decltype(c)>;
        if constexpr (std::is_same_v<C, model::SetQuantity>) {
          p.integer(c.quantity.count());
          put_units(p, c.expected);
        } else if constexpr (std::is_same_v<C, model::AdjustQuantity>) {
          p.integer(c.by.count());
        } else if constexpr (std::is_same_v<C, model::ResumeListing>) {
          put_units(p, c.quantity);
          p.text(c.restore);
        }
      },
      command);
}

model::Command take_command(Unpacker& u) {
  const auto kind = take_enum(u, Kind::resume);
  auto account = AccountId::parse(u.text());
  auto listing = ListingId::parse(u.text());
  if (!account || !listing) {
    u.fail("an account or a listing that is none");
    return {};
  }
  switch (kind) {
    case Kind::set: {
      const auto quantity = take_units(u);
      if (!quantity || *quantity < Units{}) u.fail("a quantity below zero");
      auto expected = take_units(u);
      return model::SetQuantity{*account, *listing, quantity.value_or(Units{}), expected};
    }
    case Kind::adjust:
      return model::AdjustQuantity{*account, *listing, take_units(u).value_or(Units{})};
    case Kind::pause:
      return model::PauseListing{*account, *listing};
    case Kind::resume: {
      auto quantity = take_units(u);
      return model::ResumeListing{*account, *listing, quantity, std::string(u.text())};
    }
  }
  return {};
}

}  // namespace

const AccountId& account_of(const model::Command& command) {
  return std::visit([](const auto& c) -> const AccountId& { return c.account; }, command);
}
const ListingId& listing_of(const model::Command& command) {
  return std::visit([](const auto& c) -> const ListingId& { return c.listing; }, command);
}
std::optional<Units> target_of(const Intent& intent) {
  const auto& command = intent.command;
  if (const auto* set = std::get_if<model::SetQuantity>(&command)) return set->quantity;
  if (std::holds_alternative<model::PauseListing>(command)) return Units{};
  if (const auto* resume = std::get_if<model::ResumeListing>(&command)) return resume->quantity;
  if (const auto* adjust = std::get_if<model::AdjustQuantity>(&command);
      adjust != nullptr && intent.before.quantity)
    return std::clamp(*intent.before.quantity + adjust->by, Units{}, Units(Units::max_reading));
  return std::nullopt;
}

Way way_of(const model::Command& command) {
  if (const auto* set = std::get_if<model::SetQuantity>(&command)) return {.expected = set->expected};
  if (const auto* adjust = std::get_if<model::AdjustQuantity>(&command)) return {.by = adjust->by};
  return {};
}

std::string text_of(const Way& way, std::optional<Units> target) {
  if (way.by) return fmt::format("{} {}", std::abs(way.by->count()), *way.by < Units{} ? "fewer" : "more");
  if (!target) return "?";
  if (way.expected) return fmt::format("{} if it is still {}", target->count(), way.expected->count());
  return fmt::format("{}", target->count());
}

std::string idempotency_key(const SellerId& seller, std::uint64_t epoch, Instant requested_at) {
  return fmt::format("{}-{}-{:x}", seller.str(), epoch,
                     static_cast<std::uint64_t>(requested_at.time_since_epoch().count()));
}

std::string field_of(const AccountId& account, const ListingId& listing) {
  return account.str() + " " + listing.str();
}

Result<std::pair<AccountId, ListingId>> parse_field(std::string_view field) {
  const auto space = field.find(' ');
  if (space == std::string_view::npos)
    return fail(ErrorCode::parse, "journal: field " + printable(field, 80) + " names no listing");
  auto account = AccountId::parse(field.substr(0, space));
  if (!account) return fail_in("journal: field " + printable(field, 80), account.error());
  auto listing = ListingId::parse(field.substr(space + 1));
  if (!listing) return fail_in("journal: field " + printable(field, 80), listing.error());
  return std::pair(std::move(*account), std::move(*listing));
}

std::string encode_intent(const Intent& intent) {
  Packer p;
  p.integer(intent_version);
  put_command(p, intent.command);
  put_before(p, intent.before);
  p.integer(static_cast<std::int64_t>(intent.origin)).text(intent.who).text(intent.reason);
  put_instant(p, intent.requested_at);
  p.integer(static_cast<std::int64_t>(intent.after)).text(intent.explanation);
  return p.take();
}

Result<Intent> decode_intent(std::string_view bytes) {
  Unpacker u(bytes);
  if (const auto version = u.integer(); u.ok() && version != intent_version)
    return fail(ErrorCode::unsupported, fmt::format("intent: written by another version ({})", version));
  Intent intent;
  intent.command = take_command(u);
  intent.before = take_before(u);
  intent.origin = take_enum(u, Origin::put_back);
  intent.who = std::string(u.text());
  intent.reason = std::string(u.text());
  intent.requested_at = take_instant(u);
  intent.after = take_epoch(u);
  intent.explanation = std::string(u.text());
  if (u.ok() && !u.at_end()) u.fail("more than an intent");
  if (!u.ok()) return std::unexpected(u.error("intent"));
  return intent;
}

std::string encode_way(std::optional<Units> target, const Way& way) {
  if (way == Way{}) return {};
  Packer p;
  p.array(3).integer(target ? target->count() : -1);
  p.integer(static_cast<std::int64_t>(way.by ? WayKind::relative : WayKind::compare_and_set));
  p.integer((way.by ? *way.by : *way.expected).count());
  return p.take();
}

std::string encode_before(const Before& before) {
  Packer p;
  put_before(p, before);
  return p.take();
}

Result<Before> decode_before(std::string_view bytes) {
  Unpacker u(bytes);
  auto before = take_before(u);
  if (u.ok() && !u.at_end()) u.fail("more than a reading");
  if (!u.ok()) return std::unexpected(u.error("reading"));
  return before;
}

Result<StoredRecord> decode_record(std::string_view field, std::string_view bytes) {
  const auto place = "intent of " + printable(field, 120);
  const auto whose = parse_field(field);
  if (!whose) return std::unexpected(whose.error());
  Unpacker u(bytes);
  StoredRecord stored;
  auto& r = stored.record;
  r.epoch = take_epoch(u);
  r.state = take_enum(u, State::unresolved);
  r.moved_at = take_instant(u);
  if (const auto sent = take_instant(u); sent != Instant{}) r.sent_at = sent;
  if (const Units target(u.integer()); target >= Units{}) r.target = target;
  if (r.target && !in_range(*r.target)) u.fail("a quantity is out of range");
  stored.intent = std::string(u.text());
  const auto late = u.array();
  if (late % 3 != 0 || late / 3 > most_late) u.fail("a broken list of late writes");
  for (std::size_t i = 0; i < late / 3 && u.ok(); ++i) {
    Late one;
    one.epoch = take_epoch(u);
    const auto goal = take_goal(u);
    one.target = goal.target;
    one.way = goal.way;
    one.sent_at = take_instant(u);
    r.late.push_back(one);
  }
  r.detail = std::string(u.text());
  const auto reading = u.text();
  // What it repeats of the intent is for Lua; records of schema 1 end here.
  if (u.ok() && !u.at_end() && !u.absent()) (void)take_goal(u);
  if (u.ok() && !u.at_end()) u.fail("more than a record");
  if (!u.ok()) return std::unexpected(u.error(place));
  auto intent = decode_intent(stored.intent);
  if (!intent) return fail_in(place, intent.error());
  if (account_of(intent->command) != whose->first || listing_of(intent->command) != whose->second)
    return fail(ErrorCode::parse, place + ": holds the intent of another listing");
  r.command = std::move(intent->command);
  r.before = std::move(intent->before);
  r.origin = intent->origin;
  r.reason = std::move(intent->reason);
  r.requested_at = intent->requested_at;
  if (!reading.empty()) {
    auto before = decode_before(reading);
    if (!before) return fail_in(place, before.error());
    r.before = std::move(*before);
  }
  return stored;
}

}  // namespace forestall::journal
