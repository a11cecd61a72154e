// SPDX-License-Identifier: Apache-2.0
#include "tests/support/polling/memory_door.hpp"

#include <algorithm>
#include <variant>

#include "connectors/net/sleep.hpp"

namespace forestall::test {

using boost::asio::awaitable;

namespace {

struct EntityName {
  std::string operator()(const model::OrderUpsert& o) const { return "o " + o.id.str(); }
  std::string operator()(const model::ListingState& l) const { return "l " + l.listing.str(); }
  std::string operator()(const model::StockLevel& s) const { return "s " + s.sku.str(); }
  template <class T>
  std::string operator()(const T& other) const {
    return std::string(model::name_of(other));
  }
};

}  // namespace

awaitable<Result<ledger::Applied>> MemoryDoor::apply(flow::Seller&,
                                                     std::span<const model::Observation> observations,
                                                     std::optional<ledger::CursorMove> cursor) {
  if (latency > Millis(0)) co_await net::sleep_for(clock_, latency);
  ++calls;
  if (!open) co_return fail(ErrorCode::unavailable, "the seller's ledger is not open");
  auto fault = Fault::none;
  if (!faults.empty()) {
    fault = faults.front();
    faults.pop_front();
  }
  if (fault == Fault::refused) co_return fail_retryable(ErrorCode::unavailable, "no connection");
  largest_call = std::max(largest_call, observations.size());
  observations_seen += observations.size();
  ledger::Applied applied;
  for (const auto& observation : observations) {
    const auto entity = std::visit(EntityName{}, observation);
    const auto version = model::provenance_of(observation).version.number();
    const auto known = versions.find(entity);
    if (known != versions.end() && version <= known->second) {
      applied.outcomes.push_back(version == known->second ? ledger::Outcome::known : ledger::Outcome::older);
      continue;
    }
    versions[entity] = version;
    if (const auto* level = std::get_if<model::StockLevel>(&observation);
        level != nullptr && level->on_hand) {
      stock[level->sku.str()].on_hand = *level->on_hand;
      said[{level->from.source.str(), level->sku.str()}] = *level;
      suspect[level->sku.str()] = level->suspect;
    }
    ++changes[entity];
    applied.outcomes.push_back(ledger::Outcome::applied);
  }
  if (contradicts) applied.reread.emplace_back("o:1:100-1");
  if (cursor && !cursor->name.empty()) cursors[cursor->name] = cursor->value;
  if (fault == Fault::lost_answer) co_return fail(ErrorCode::outcome_unknown, "the answer was lost");
  co_return applied;
}

awaitable<Result<std::string>> MemoryDoor::cursor(flow::Seller&, std::string name) {
  if (!open) co_return fail_retryable(ErrorCode::unavailable, "the seller's ledger is not open");
  const auto found = cursors.find(name);
  co_return found == cursors.end() ? std::string() : found->second;
}

awaitable<Result<std::vector<polling::Doubtful>>> MemoryDoor::contradicted(flow::Seller&) {
  if (!open) co_return fail_retryable(ErrorCode::unavailable, "the seller's ledger is not open");
  co_return doubtful;
}

awaitable<std::vector<ports::NamedSku>> MemoryDoor::known_stock(flow::Seller&, model::Pool) {
  std::vector<ports::NamedSku> all;
  for (const auto& [entity, version] : versions)
    if (entity.starts_with("s "))
      all.push_back({SkuId::literal(entity.substr(2)), Instant(Millis(static_cast<std::int64_t>(version)))});
  co_return all;
}

awaitable<Result<std::vector<std::optional<polling::KnownStock>>>> MemoryDoor::said_before(
    flow::Seller&, model::Pool, std::span<const model::StockLevel* const> levels) {
  std::vector<std::optional<polling::KnownStock>> all;
  for (const auto* level : levels) {
    const auto found = said.find({level->from.source.str(), level->sku.str()});
    all.emplace_back();
    if (found != said.end()) all.back() = {*found->second.on_hand, stock[level->sku.str()].committed};
  }
  co_return all;
}

awaitable<Result<std::vector<ports::NamedSku>>> MemoryDoor::named_by(flow::Seller&, model::Pool,
                                                                     const SourceId& source,
                                                                     const LocationId&) {
  std::vector<ports::NamedSku> all;
  for (const auto& [name, level] : said)
    if (name.first == source.str()) all.push_back({level.sku, level.from.true_at});
  co_return all;
}

}  // namespace forestall::test
