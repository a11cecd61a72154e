// SPDX-License-Identifier: Apache-2.0
// From nothing to a full mirror: library, lease, schema, names, slices.
#include <algorithm>
#include <array>
#include <utility>

#include "config/base/text.hpp"
#include "daemon/ledger/ledger.hpp"
#include "daemon/ledger/library.hpp"
#include "daemon/redis/function_library.hpp"

namespace forestall::ledger {
namespace {

using redis::Repeat;

}  // namespace

Task<void> Ledger::open() {
  if (auto ok = co_await load_library(); !ok) co_return std::unexpected(ok.error());
  if (auto ok = co_await take_lease(); !ok) co_return std::unexpected(ok.error());
  const auto token = token_;
  if (auto ok = co_await migrate(); !ok) co_return std::unexpected(ok.error());
  if (auto ok = co_await load_names(); !ok) co_return std::unexpected(ok.error());
  if (auto ok = co_await load_mirror(); !ok) co_return std::unexpected(ok.error());
  auto ticket = co_await command(redis::Request("GET", key("remap")), Repeat::harmless);
  if (!ticket) co_return std::unexpected(ticket.error());
  mapping_to_follow_ = ticket->text() == nullptr || *ticket->text() != "0";
  if (token_ != token) co_return fail(ErrorCode::conflict, "ledger: the lease was lost while opening");
  stale_ = false;
  co_return Result<void>{};
}

Task<void> Ledger::load_library() {
  auto done = co_await redis::load_library(
      redis_, {.name = std::string(library_name), .version = library_version, .code = library_source()});
  if (!done) co_return fail_in("ledger", done.error());
  if (*done != redis::LibraryAction::none)
    log_.notice("ledger_library", {{"action", redis::action_name(*done)}, {"version", library_version}});
  co_return Result<void>{};
}

Task<void> Ledger::take_lease() {
  const auto asked = clock_.monotonic();
  auto reply = co_await command(
      redis::Request("FCALL", "forestall_lease", 1, prefix_, options_.owner, options_.lease_ttl.count()),
      Repeat::harmless);
  if (!reply) co_return std::unexpected(reply.error());
  const auto items = reply->items();
  if (items.size() < 2 || items[0].integer() == nullptr || items[1].text() == nullptr)
    co_return fail(ErrorCode::parse, "forestall_lease: " + reply->describe());
  if (*items[0].integer() != 1)
    co_return fail(ErrorCode::conflict, "ledger: seller " + options_.seller.str() + " is held by " +
                                            printable(*items[1].text(), 120));
  if (!token_.empty() && token_ != *items[1].text() && !stale_) {  // somebody else had it in between
    stale_ = true;
    gap_from_ = sequence_;
    delivered_.clear();
  }
  token_ = *items[1].text();
  lease_until_ = asked + options_.lease_ttl;
  co_return Result<void>{};
}

Task<void> Ledger::renew() { co_return co_await take_lease(); }

Task<void> Ledger::close() {
  if (token_.empty()) co_return Result<void>{};
  auto reply = co_await fcall("forestall_release", {token_}, Repeat::harmless);
  token_.clear();
  lease_until_ = {};
  if (!reply) co_return std::unexpected(reply.error());
  co_return Result<void>{};
}

Task<void> Ledger::migrate() {
  std::string cursor = "0";
  for (bool first = true;; first = false) {
    redis::Request request;
    const auto words = leased({cursor, std::to_string(options_.slice)});
    request.begin(4 + words.size()).word("FCALL").word("forestall_migrate").word(1).word(prefix_);
    for (const auto& word : words) request.word(word);
    auto reply = co_await command(std::move(request), Repeat::harmless);
    if (!reply) co_return std::unexpected(reply.error());
    const auto items = reply->items();
    if (items.size() != 2 || items[0].text() == nullptr || items[1].text() == nullptr)
      co_return fail(ErrorCode::parse, "forestall_migrate: " + reply->describe());
    if (first && *items[1].text() != std::to_string(schema_version))
      log_.notice("ledger_migrating", {{"from", *items[1].text()}, {"to", schema_version}});
    cursor = *items[0].text();
    if (cursor == "0") co_return Result<void>{};
  }
}

Task<void> Ledger::load_names() {
  auto names = co_await hash("names");
  if (!names) co_return std::unexpected(names.error());
  for (const auto& [name, number] : *names)
    if (const auto n = parse_integer<std::int64_t>(number)) names_.add(name, *n);
  co_return Result<void>{};
}

Task<void> Ledger::load_mirror() {
  loaded_ = false;
  mirror_.clear();
  std::array<std::size_t, 2> sizes{};
  for (std::size_t i = 0; i < 2; ++i) {
    auto size = co_await command(redis::Request("HLEN", key(i == 0 ? "sku" : "listing")), Repeat::harmless);
    if (!size) co_return std::unexpected(size.error());
    if (const auto* n = size->integer()) sizes[i] = static_cast<std::size_t>(*n);
  }
  // A tenth more, so that a day's new listings do not move everything at once either.
  mirror_.reserve(sizes[0] + sizes[0] / 10, sizes[1] + sizes[1] / 10);
  for (const std::string_view what : {"sku", "listing", "order"})
    if (auto ok = co_await load_slices(what); !ok) co_return std::unexpected(ok.error());
  auto reply = co_await command(redis::Request("GET", key("seq")), Repeat::harmless);
  if (!reply) co_return std::unexpected(reply.error());
  if (const auto* text = reply->text()) sequence_ = parse_integer<std::uint64_t>(*text).value_or(0);
  loaded_ = true;
  co_return Result<void>{};
}

Task<void> Ledger::load_slices(std::string_view what) {
  // An order costs the mirror five times as much as a listing: equal turns of the loop.
  const auto slice_size = std::to_string(what == "order" ? std::max(1, options_.slice / 5) : options_.slice);
  std::string cursor = "0";
  do {
    auto reply = co_await fcall("forestall_load", {std::string(what), cursor, slice_size}, Repeat::harmless);
    if (!reply) co_return std::unexpected(reply.error());
    if (what == "sku") {
      auto slice = decode_sku_slice(*reply);
      if (!slice) co_return std::unexpected(slice.error());
      for (const auto& state : slice->skus) mirror_.put(state);
      cursor = slice->cursor;
      continue;
    }
    auto slice = decode_record_slice(*reply);
    if (!slice) co_return std::unexpected(slice.error());
    for (const auto& [field, record] : slice->records) {
      if (what == "listing") {
        auto listing = decode_listing(field, record, names_);
        if (!listing) co_return std::unexpected(listing.error());
        mirror_.put(*listing);
      } else {
        auto order = decode_order(field, record, names_);
        if (!order) co_return std::unexpected(order.error());
        mirror_.put(order->order);
      }
    }
    cursor = slice->cursor;
  } while (cursor != "0");
  co_return Result<void>{};
}

}  // namespace forestall::ledger
