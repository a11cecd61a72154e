// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/plain_sight.hpp"

#include <algorithm>

#include "config/settings/settings.hpp"
#include "forecasting/targets/targets.hpp"

namespace forestall::acting {

namespace fc = forecasting;
using ledger::SkuRef;

namespace {

// Each takes a byte of a company's name.
constexpr std::size_t most_accounts = 8;

std::int32_t whole(std::int64_t units) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(units, 0, fc::no_limit));
}

}  // namespace

PlainSight::PlainSight(const Floor& floor, Instant at) : floor_(floor), at_(at) {
  for (const auto& desk : floor.desks) {
    if (!desk.was_ready || desk.missing() || desks_.size() == 255) continue;
    desks_.push_back({&desk, floor.outlook_of(desk, at), whole(desk.account.settings.cap.count()),
                      desk.account.orders_complete_before});
  }
  const auto& mirror = floor.seller.ledger->mirror();
  desk_of_.resize(mirror.accounts(), -1);
  for (std::uint32_t account = 0; account < desk_of_.size(); ++account)
    for (std::size_t d = 0; d < desks_.size(); ++d)
      if (desks_[d].desk->id().str() == mirror.account_name(account))
        desk_of_[account] = static_cast<std::int16_t>(d);
}

// What is known of it is what was read and nothing else: no intent, no sale since, nobody's hold.
std::optional<PlainSight::Offer> PlainSight::look_at(const ledger::Mirror::Brief& listing) const {
  if (!listing.single || listing.held || listing.account >= desk_of_.size()) return {};
  const auto desk = desk_of_[listing.account];
  if (desk < 0) return {};
  // One cancellation more would cost it more than others.
  if (const auto& near = desks_[static_cast<std::size_t>(desk)].desk->account.near_removal;
      !near.empty() && near.contains(floor_.seller.ledger->mirror().listing(listing.ref).listing.str()))
    return {};
  const auto* known = floor_.custody.plain(listing.ref, listing.ordered);
  if (known == nullptr || known->units <= 0) return {};
  using model::ListingActivity;
  if (known->activity != ListingActivity::active && known->activity != ListingActivity::unknown) return {};
  // As long as the orders before it may be unseen, an older one is what counts as exposed.
  const auto& watermark = desks_[static_cast<std::size_t>(desk)].watermark;
  const bool settled = !watermark || known->at < *watermark;
  if (!settled && known->base_units != Custody::Known::no_units && known->base_at < *watermark &&
      known->base_units != known->units)
    return {};
  return Offer{static_cast<std::uint8_t>(desk), known->units};
}

const PlainSight::Company& PlainSight::company(std::span<const Offer> offers) {
  std::uint64_t name = 0;
  std::array<const AccountDesk*, most_accounts> desks{};
  std::array<std::uint8_t, most_accounts> places{};
  std::size_t count = 0;
  for (const auto& offer : offers) {
    const auto* const desk = desks_[offer.desk].desk;
    if (std::find(desks.begin(), desks.begin() + count, desk) != desks.begin() + count) continue;
    places[count] = offer.desk;
    desks[count++] = desk;
    name = name << 8 | (offer.desk + 1U);
  }
  for (const auto& known : companies_)
    if (known.accounts == name) return known;
  auto& made = companies_.emplace_back();
  made.accounts = name;
  const std::span<const AccountDesk* const> all(desks.data(), count);
  made.setting = floor_.setting_of(all);
  std::vector<AccountId> accounts;
  for (const auto* desk : all) accounts.push_back(desk->id());
  for (std::size_t i = 0; i < count; ++i) made.share[places[i]] = floor_.beliefs.share(accounts[i], accounts);
  return made;
}

void PlainSight::warm(SkuRef first, std::size_t count) const {
  const auto& mirror = floor_.seller.ledger->mirror();
  std::array<ledger::ListingRef, 256> met;
  std::size_t listings = 0;
  const auto begin = static_cast<std::size_t>(first);
  for (auto i = begin; i < std::min(begin + count, mirror.skus()); ++i)
    mirror.each_listing(SkuRef{static_cast<std::uint32_t>(i)}, [&](const ledger::Mirror::Brief& listing) {
      if (listings < met.size()) met[listings++] = listing.ref;
      return listings < met.size();
    });
  for (std::size_t l = 0; l < listings; ++l) static_cast<void>(floor_.custody.plain(met[l], false));
}

std::optional<std::size_t> PlainSight::fits(SkuRef sku) {
  const auto& mirror = floor_.seller.ledger->mirror();
  const auto stock = mirror.own_stock(sku);
  if (!stock || stock->certainty == model::Certainty::unknown) return {};
  std::array<Offer, fc::max_listings> offers;
  std::size_t count = 0;
  std::array<std::uint8_t, 256> siblings;  // listings of the same account; only those met are set
  const bool plain = mirror.each_listing(sku, [&](const ledger::Mirror::Brief& listing) {
    if (count == offers.size()) return false;
    const auto offer = look_at(listing);
    if (!offer) return false;
    offers[count++] = *offer;
    return true;
  });
  if (!plain || count == 0) return {};
  const auto listed = std::span(offers).first(count);
  std::size_t accounts = 0;
  for (const auto& offer : listed) siblings[offer.desk] = 0;
  for (const auto& offer : listed) accounts += ++siblings[offer.desk] == 1 ? 1 : 0;
  if (accounts > most_accounts) return {};

  const auto& company = this->company(listed);
  const Units available(stock->available);
  const Units there = std::min(floor_.beliefs.believed(sku, available, company.setting.k), available);
  const Units held_back = std::max(Units{}, floor_.seller.settings.reserve - Units(stock->reserve));
  const std::int32_t usable = whole((there - held_back).count());
  for (const auto& offer : listed)
    if (offer.shown != std::min(desks_[offer.desk].cap, usable)) return {};

  const auto demand =
      floor_.beliefs.demand(sku, at_, available, floor_.seller.settings.lead_time, company.setting.blind);
  std::array<fc::ListingTerms, fc::max_listings> terms;
  for (std::size_t l = 0; l < count; ++l) {
    const auto& offer = offers[l];
    const auto& desk = desks_[offer.desk];
    terms[l] = {};
    terms[l].cap_units = desk.cap;
    terms[l].exposure_units = offer.shown;
    const double share = company.share[offer.desk] / static_cast<double>(siblings[offer.desk]);
    floor_.fill_terms(desk.outlook, demand, company.setting, share, at_, terms[l]);
  }
  const fc::StockTerms all{.usable_units = usable};
  fc::SkuVerdict verdict;
  std::array<fc::ListingTarget, fc::max_listings> targets;
  if (!fc::choose_targets({&all, 1}, std::span(terms).first(count), {&verdict, 1},
                          std::span(targets).first(count)))
    return {};
  using fc::Reason;
  if (verdict.reason != Reason::one_listing && verdict.reason != Reason::race_below_write) return {};
  return count;
}

}  // namespace forestall::acting
