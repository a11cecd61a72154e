// SPDX-License-Identifier: Apache-2.0
// Every counter derived again from the stored entities, in slices.
#include <algorithm>
#include <array>
#include <utility>

#include "daemon/ledger/ledger.hpp"

namespace forestall::ledger {
namespace {

using redis::Repeat;

// After new settings: differences are expected, and the mirror is loaded anew afterwards.
constexpr std::string_view resettled = "2";

}  // namespace

Task<Rebuilt> Ledger::rebuild(bool fix) { co_return co_await rebuild_with(fix ? "1" : "0"); }

Task<std::uint64_t> Ledger::rebuild_size() {
  std::uint64_t size = 0;
  for (const std::string_view what : {"order", "receipt", "pick", "sku"}) {
    auto reply = co_await command(redis::Request("HLEN", key(what)), Repeat::harmless);
    if (!reply) co_return std::unexpected(reply.error());
    if (const auto* n = reply->integer()) size += static_cast<std::uint64_t>(*n);
  }
  co_return size;
}

Task<Rebuilt> Ledger::rebuild_with(std::string fix) {
  if (auto ok = co_await ready(); !ok) co_return std::unexpected(ok.error());
  struct Running {
    std::optional<RebuildProgress>& progress;
    explicit Running(std::optional<RebuildProgress>& p) : progress(p) { progress.emplace(); }
    ~Running() { progress.reset(); }
  } running(rebuilding_);
  const auto size = co_await rebuild_size();
  if (!size) co_return std::unexpected(size.error());
  rebuilding_->of = *size;
  Rebuilt rebuilt;
  for (const std::string_view step : {"start", "order", "receipt", "pick", "sku", "counts"}) {
    rebuilding_->step = step;
    std::string cursor = "0";
    do {
      auto reply = co_await fcall("forestall_rebuild",
                                  leased({std::string(step), cursor, std::to_string(options_.slice), fix}),
                                  Repeat::never);
      if (!reply) co_return std::unexpected(reply.error());
      auto slice = decode_rebuilt(*reply);
      if (!slice) co_return std::unexpected(slice.error());
      feed(slice->skus, slice->sequence);
      cursor = slice->cursor;
      rebuilding_->seen =
          std::min(rebuilding_->of, rebuilding_->seen + static_cast<std::uint64_t>(options_.slice));
      rebuilt.differences += slice->details.size();
      for (auto& detail : slice->details)
        if (rebuilt.first.size() < Rebuilt::named) rebuilt.first.push_back(std::move(detail));
      slice->details.clear();
      if (fix != resettled) append(rebuilt.change, std::move(*slice));
    } while (cursor != "0");
  }
  co_return rebuilt;
}

}  // namespace forestall::ledger
