// SPDX-License-Identifier: Apache-2.0
// What listings are made of, and the orders that have to follow when it changes.
#include <algorithm>
#include <utility>

#include "daemon/ledger/ledger.hpp"
#include "daemon/ledger/observation_codec.hpp"

namespace forestall::ledger {
namespace {

using redis::Repeat;

}  // namespace

Task<Change> Ledger::map(std::vector<Mapping> mappings) {
  if (auto ok = co_await ready(); !ok) co_return std::unexpected(ok.error());
  std::vector<std::string> missing;
  for (const auto& mapping : mappings) add_name(names_, NameKind::account, mapping.account.str(), missing);
  if (auto ok = co_await intern(std::move(missing)); !ok) co_return std::unexpected(ok.error());
  const auto slice = static_cast<std::size_t>(options_.slice);
  Change all;
  for (std::size_t begin = 0; begin < mappings.size(); begin += slice) {
    // Between two batches a rebuild may have begun.
    if (auto ok = co_await ready(); !ok) {
      mapping_to_follow_ = true;
      co_return std::unexpected(ok.error());
    }
    const auto batch = std::span(mappings).subspan(begin, std::min(slice, mappings.size() - begin));
    std::vector<std::string> words;
    words.reserve(batch.size());
    for (const auto& mapping : batch) words.push_back(encode_mapping(mapping, names_));
    // Storing them twice is storing them once.
    const auto named = co_await fcall("forestall_map", leased(std::move(words)), Repeat::harmless);
    if (!named) {
      mapping_to_follow_ = true;  // as far as we know
      co_return std::unexpected(named.error());
    }
    for (const auto& mapping : batch) mirror_.put(mapping);
    if (*named == "0") continue;
    mapping_to_follow_ = true;
    std::vector<std::string> orders;
    for (const auto& mapping : batch)
      for (const auto& order : mirror_.orders_of(mapping.account, mapping.listing))
        orders.push_back(account_field(mapping.account, order.str(), names_));
    if (auto ok = co_await move_orders(std::move(orders), all); !ok) co_return std::unexpected(ok.error());
  }
  co_return all;
}

Task<void> Ledger::move_orders(std::vector<std::string> fields, Change& all) {
  std::ranges::sort(fields);
  const auto repeated = std::ranges::unique(fields);
  fields.erase(repeated.begin(), repeated.end());
  const auto slice = static_cast<std::size_t>(options_.slice);
  for (std::size_t begin = 0; begin < fields.size(); begin += slice) {
    if (auto ok = co_await ready(); !ok) co_return std::unexpected(ok.error());
    const auto batch = std::span(fields).subspan(begin, std::min(slice, fields.size() - begin));
    auto reply = co_await fcall("forestall_move", leased({batch.begin(), batch.end()}), Repeat::never);
    if (!reply) co_return std::unexpected(reply.error());
    auto moved = decode_remapped(*reply);
    if (!moved) co_return std::unexpected(moved.error());
    feed(moved->skus, moved->sequence);
    append(all, std::move(*moved));
  }
  co_return Result<void>{};
}

Task<Change> Ledger::follow_mapping() {
  const auto ask = [this] { return command(redis::Request("GET", key("remap")), Repeat::harmless); };
  auto held = co_await ask();
  if (!held) co_return std::unexpected(held.error());
  const std::string ticket = held->text() != nullptr ? *held->text() : "";
  Change all;
  std::string cursor = "0";
  do {
    // Between two slices a rebuild may have begun, or the lease may have been lost.
    if (auto ok = co_await ready(); !ok) co_return std::unexpected(ok.error());
    auto reply = co_await fcall("forestall_remap", leased({cursor, std::to_string(options_.slice), ticket}),
                                Repeat::never);
    if (!reply) co_return std::unexpected(reply.error());
    auto slice = decode_remapped(*reply);
    if (!slice) co_return std::unexpected(slice.error());
    feed(slice->skus, slice->sequence);
    cursor = slice->cursor;
    append(all, std::move(*slice));
  } while (cursor != "0");
  held = co_await ask();
  if (!held) co_return std::unexpected(held.error());
  mapping_to_follow_ = held->text() == nullptr || *held->text() != "0";
  co_return all;
}

}  // namespace forestall::ledger
