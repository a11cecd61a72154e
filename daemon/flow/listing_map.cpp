// SPDX-License-Identifier: Apache-2.0
#include "daemon/flow/listing_map.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <variant>

namespace forestall::flow {
namespace {

using ledger::ListingRef;
using ledger::Mirror;

std::vector<ledger::Component> components_of(std::span<const mapping::Mapping::Entry> rows) {
  std::vector<ledger::Component> components;
  components.reserve(rows.size());
  for (const auto& row : rows) components.push_back({row.component.sku, row.component.units});
  return components;
}

// Adds the listing unless it is made of just that. A listing that nobody knows needs no word about nothing.
void compare(const Mirror& mirror, const AccountId& account, const ListingId& listing,
             std::optional<ListingRef> ref, std::vector<ledger::Component> components,
             std::vector<ledger::Mapping>& send) {
  if (!ref && components.empty()) return;
  if (ref && mirror.is_made_of(*ref, components)) return;
  send.push_back({.account = account,
                  .listing = listing,
                  .components = std::move(components),
                  .pool = ref ? mirror.pool_of(*ref) : model::Pool::own});
}

bool is_same_text(const Mirror& mirror, ListingRef ref) {
  const auto parts = mirror.parts(ref);
  return parts.size() == 1 && parts[0].units == Units(1) && mirror.name(parts[0].sku) == mirror.text_of(ref);
}

}  // namespace

std::vector<ledger::Mapping> mappings_to_send(const Mirror& mirror, const mapping::Mapping& file,
                                              std::span<const ListingKey> listings) {
  std::vector<ledger::Mapping> send;
  for (const auto& [account, listing] : listings) {
    const auto found = mapping::resolve(file, account, listing, mirror.is_known(listing.str()));
    std::vector<ledger::Component> components;
    for (const auto& c : found.components) components.push_back({c.sku, c.units});
    compare(mirror, account, listing, mirror.find_listing(account, listing.str()), std::move(components),
            send);
  }
  return send;
}

void MappingPass::mark(ListingRef ref) {
  const auto number = static_cast<std::size_t>(ref);
  if (number < named_.size()) named_[number] = true;
}

// The rows of one listing of the file.
void MappingPass::entry(const Mirror& mirror, std::vector<ledger::Mapping>& send) {
  const auto rest = file_.entries().subspan(at_);
  const auto& first = rest.front();
  const auto end = std::ranges::find_if(rest, [&](const mapping::Mapping::Entry& e) {
    return e.account != first.account || e.listing != first.listing;
  });
  const auto rows = rest.first(static_cast<std::size_t>(end - rest.begin()));
  at_ += rows.size();
  const auto& account = file_.accounts()[first.account];
  const auto ref = mirror.find_listing(account, first.listing.str());
  if (ref) mark(*ref);
  compare(mirror, account, first.listing, ref, components_of(rows), send);
}

void MappingPass::ambiguous(const Mirror& mirror, std::vector<ledger::Mapping>& send) {
  const auto& entry = file_.ambiguous()[at_++];
  const auto& account = file_.accounts()[entry.account];
  const auto ref = mirror.find_listing(account, entry.listing.str());
  if (!ref) return;
  mark(*ref);
  compare(mirror, account, entry.listing, ref, {}, send);
}

void MappingPass::other(const Mirror& mirror, std::vector<ledger::Mapping>& send) const {
  const ListingRef ref{static_cast<std::uint32_t>(at_)};
  const auto text = mirror.text_of(ref);
  if (at_ < named_.size()) {
    if (named_[at_]) return;
    // Most of a catalogue: nothing to change, nothing to allocate.
    if (mirror.is_known(text) ? is_same_text(mirror, ref) : !mirror.is_mapped(ref)) return;
  }
  // Here also what came while the pass was under way.
  const ListingKey key{AccountId::literal(mirror.account_of(ref)), ListingId::literal(text)};
  for (auto& change : mappings_to_send(mirror, file_, {&key, 1})) send.push_back(std::move(change));
}

bool MappingPass::step(const Mirror& mirror, std::size_t most, std::vector<ledger::Mapping>& send) {
  if (stage_ == Stage::begin || generation_ != mirror.generation()) {
    stage_ = Stage::entries;
    generation_ = mirror.generation();
    at_ = 0;
    named_.assign(mirror.listings(), false);
  }
  for (; most > 0; --most) {
    if (stage_ == Stage::entries && at_ == file_.entries().size()) {
      stage_ = Stage::ambiguous;
      at_ = 0;
    }
    if (stage_ == Stage::ambiguous && at_ == file_.ambiguous().size()) {
      stage_ = Stage::mirror;
      at_ = 0;
    }
    if (stage_ == Stage::entries) {
      entry(mirror, send);
    } else if (stage_ == Stage::ambiguous) {
      ambiguous(mirror, send);
    } else {
      if (at_ >= mirror.listings()) return true;
      other(mirror, send);
      ++at_;
    }
  }
  return false;
}

std::vector<ledger::Mapping> ListingMap::first_seen(const Mirror& mirror,
                                                    std::span<const model::Observation> page,
                                                    std::span<const ledger::SkuState> changed) {
  if (!in_force_ && !passing_) return {};
  std::vector<ListingKey> candidates;
  const auto listing = [&](const AccountId& account, const ListingId& id) {
    const auto ref = mirror.find_listing(account, id.str());
    if (!ref || !mirror.is_mapped(*ref)) candidates.emplace_back(account, id);
  };
  const auto sku = [&](std::string_view text) {
    if (mirror.unmapped() == 0) return;  // as always in the long run
    for (const auto ref : mirror.listings_named(text))
      if (!mirror.is_mapped(ref))
        candidates.emplace_back(AccountId::literal(mirror.account_of(ref)), ListingId::literal(text));
  };
  for (const auto& observation : page)
    std::visit(
        [&]<class T>(const T& o) {
          if constexpr (std::is_same_v<T, model::ListingState>) {
            listing(o.account, o.listing);
          } else if constexpr (std::is_same_v<T, model::OrderUpsert>) {
            for (const auto& line : o.lines) listing(o.account, line.listing);
          } else if constexpr (requires { o.sku; } && !std::is_same_v<T, model::ProductUpsert>) {
            sku(o.sku.str());
          }
        },
        observation);
  for (const auto& state : changed) sku(state.sku);
  std::ranges::sort(candidates);
  const auto repeated = std::ranges::unique(candidates);
  candidates.erase(repeated.begin(), repeated.end());
  if (!passing_) return mappings_to_send(mirror, file_, candidates);
  waiting_.insert(waiting_.end(), std::make_move_iterator(candidates.begin()),
                  std::make_move_iterator(candidates.end()));
  return {};
}

void ListingMap::begin_pass() {
  passing_ = true;
  waiting_.clear();
}

std::vector<ListingKey> ListingMap::take_waiting() { return std::exchange(waiting_, {}); }

void ListingMap::end_pass(mapping::Mapping file) {
  if (!waiting_.empty()) throw std::logic_error("a pass over the mapping ended with listings waiting");
  file_ = std::move(file);
  in_force_ = true;
  passing_ = false;
  pass_wanted_ = false;
}

void ListingMap::abandon_pass() {
  waiting_.clear();
  passing_ = false;
  pass_wanted_ = true;
}

}  // namespace forestall::flow
