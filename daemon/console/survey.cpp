// SPDX-License-Identifier: Apache-2.0
#include "daemon/console/survey.hpp"

#include <algorithm>

namespace forestall::console {
namespace {

using guard::Reason;
using journal::State;

std::uint64_t plain(Units units) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(units.count(), 0));
}

// The heaviest `most` are kept, sorted when asked for: a heap whose front is the lightest.
bool heavier(const Remark& a, const Remark& b) { return a.weight > b.weight; }

void add_up(Tally& to, const Tally& one) {
  for (std::size_t r = 0; r < to.by_reason.size(); ++r) to.by_reason[r] += one.by_reason[r];
  to.over_offered += one.over_offered;
  to.over_offered_units += one.over_offered_units;
  to.closed += one.closed;
  to.closed_units += one.closed_units;
  to.lowered += one.lowered;
  to.lowered_units += one.lowered_units;
}

void count_standing(Tally& tally, const journal::Record& record) {
  if (record.state != State::confirmed || record.origin != journal::Origin::rule || !record.target ||
      !record.before.quantity || *record.target >= *record.before.quantity)
    return;
  const auto units = plain(*record.before.quantity) - plain(*record.target);
  auto& listings = *record.target == Units{} ? tally.closed : tally.lowered;
  auto& all_units = *record.target == Units{} ? tally.closed_units : tally.lowered_units;
  ++listings;
  all_units += units;
}

Remark remark_of(const guard::Explanation& explained, const journal::Record* record,
                 std::optional<Units> backed) {
  const auto& facts = explained.facts;
  Remark remark{.account = facts.account,
                .listing = facts.listing,
                .reason = explained.decision.reason,
                .text = guard::to_text(explained),
                .shown = facts.shown,
                .backed = backed};
  const auto limit = explained.limit.value_or(0);
  if (limit < facts.components.size()) remark.sku = facts.components[limit].sku.str();
  if (record != nullptr) remark.state = record->state;
  return remark;
}

}  // namespace

std::optional<Units> backed_by_stock(const guard::ListingFacts& facts) {
  std::optional<std::int64_t> least;
  for (const auto& component : facts.components) {
    if (component.certainty == model::Certainty::unknown) return std::nullopt;
    const auto fills = std::max<std::int64_t>(component.available.count(), 0) / component.units.count();
    least = least ? std::min(*least, fills) : fills;
  }
  return least ? std::optional(Units(*least)) : std::nullopt;
}

bool needs_person(Reason reason, std::optional<State> state) {
  if (state == State::stuck || state == State::unresolved) return true;
  switch (reason) {
    case Reason::held:
    case Reason::not_ours:
    case Reason::suspect:
    case Reason::stock_unknown:
    case Reason::unmapped:
      return true;
    default:
      return false;
  }
}

Tally SurveyResult::total() const {
  Tally all;
  for (const auto& [account, tally] : accounts) add_up(all, tally);
  return all;
}

void Survey::add(const guard::Explanation& explained, const journal::Record* record) {
  const auto& facts = explained.facts;
  auto& tally = result_.accounts[facts.account.str()];
  ++result_.listings;
  ++tally.by_reason[static_cast<std::size_t>(explained.decision.reason)];
  if (record != nullptr) count_standing(tally, *record);

  const auto backed = backed_by_stock(facts);
  const bool ours =
      explained.decision.reason != Reason::other_pool && explained.decision.reason != Reason::removed;
  const auto over = ours && backed && facts.shown ? plain(*facts.shown - *backed) : 0;
  if (over > 0) {
    ++tally.over_offered;
    tally.over_offered_units += over;
    auto& heap = result_.at_risk;
    if (heap.size() < most_ || over > heap.front().weight) {
      if (heap.size() == most_) {
        std::ranges::pop_heap(heap, heavier);
        heap.pop_back();
      }
      heap.push_back(remark_of(explained, record, backed));
      heap.back().weight = over;
      std::ranges::push_heap(heap, heavier);
    }
  }
  if (needs_person(explained.decision.reason,
                   record != nullptr ? std::optional(record->state) : std::nullopt)) {
    ++result_.persons_found;
    if (result_.persons.size() < most_) result_.persons.push_back(remark_of(explained, record, backed));
  }
}

SurveyResult Survey::finish() {
  std::ranges::sort_heap(result_.at_risk, heavier);
  return std::exchange(result_, {});
}

}  // namespace forestall::console
