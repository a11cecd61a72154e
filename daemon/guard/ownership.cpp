// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/ownership.hpp"

#include <algorithm>
#include <array>

namespace forestall::guard {
namespace {

using model::ListingActivity;

// On many channels a listing at zero is not active by itself: then only the quantity tells.
bool is_off(const Seen& seen) {
  return seen.quantity == Units{} || seen.activity == ListingActivity::inactive ||
         seen.activity == ListingActivity::removed;
}
// Somebody switched it, apart from what its quantity does to it.
bool switched(const Seen& before, const Seen& now) {
  const auto on = [](const Seen& s) {
    return s.activity == ListingActivity::active || s.activity == ListingActivity::unknown;
  };
  if (before.activity == ListingActivity::unknown || now.activity == ListingActivity::unknown) return false;
  if (before.quantity == Units{} || now.quantity == Units{}) return false;
  return on(before) != on(now);
}

// A write that is live shows its target, less what was sold since, plus nothing.
const OurWrite* live(const OwnershipFacts& f) {
  const OurWrite* newest = nullptr;
  for (const auto& write : f.writes) {
    if (write.sent_at > f.now.at && f.now.at != Instant{}) continue;
    const bool matches =
        write.target && f.now.quantity
            ? *f.now.quantity <= *write.target && *f.now.quantity >= *write.target - write.sold_since
            : write.target && !f.now.quantity && (*write.target == Units{}) == is_off(f.now);
    if (!matches) continue;
    // Off while it should sell is no write of a quantity.
    if (f.now.quantity && *f.now.quantity > Units{} && f.now.activity == ListingActivity::inactive) continue;
    if (newest == nullptr || write.epoch > newest->epoch) newest = &write;
  }
  return newest;
}

}  // namespace

std::string_view word(Owner owner) {
  static constexpr std::array<std::string_view, 9> words = {
      "unchanged",        "sales",         "our_write",   "channel_restoration", "wait_for_watermark",
      "persons_quantity", "persons_pause", "first_sight", "first_sight_off"};
  return words[static_cast<std::size_t>(owner)];
}

Judgement judge(const OwnershipFacts& f) {
  const auto same = [&] { return f.last && f.last->quantity == f.now.quantity && !switched(*f.last, f.now); };
  if (same() && f.sold == Units{}) return {Owner::unchanged};
  if (const auto* write = live(f)) {
    const bool fell = f.last && f.last->quantity && f.now.quantity && *f.now.quantity < *f.last->quantity;
    return {Owner::our_write, write->epoch, fell && *f.now.quantity >= *f.last->quantity - f.sold};
  }
  if (same()) return {Owner::unchanged};
  if (!f.last) return {is_off(f.now) ? Owner::first_sight_off : Owner::first_sight};
  if (f.now.activity == ListingActivity::removed) return {Owner::persons_pause};
  if (switched(*f.last, f.now)) return {Owner::persons_pause};
  if (!f.last->quantity || !f.now.quantity) {
    // An on/off channel, or one that stopped saying: the switch is all there is to compare.
    return {is_off(f.now) != is_off(*f.last) ? Owner::persons_pause : Owner::unchanged};
  }
  const auto before = *f.last->quantity;
  const auto now = *f.now.quantity;
  const bool restores = f.restores_on_cancel != model::Proof::no;
  const auto put_back = restores ? f.cancelled : Units{};
  if (now <= before && now >= before - f.sold) return {Owner::sales};
  if (now > before && now <= before + put_back) return {Owner::channel_restoration};
  const bool all_seen = f.watermark && f.now.at < *f.watermark;
  if (now < before) {
    if (!all_seen) return {Owner::wait_for_watermark};
    return {now == Units{} ? Owner::persons_pause : Owner::persons_quantity};
  }
  // It may have landed, and sold some since that nobody has seen.
  if (!all_seen && std::ranges::any_of(f.writes, [&](const OurWrite& write) {
        return write.target && now < *write.target && write.sent_at <= f.now.at;
      }))
    return {Owner::wait_for_watermark};
  // A cancellation that was not seen yet may have put units back.
  if (restores && !all_seen && now <= before + put_back + f.open) return {Owner::wait_for_watermark};
  return {before == Units{} ? Owner::persons_pause : Owner::persons_quantity};
}

Landing landing(const LandingFacts& f) {
  if (!f.from.quantity || !f.now.quantity) return Landing::landed;
  const auto before = *f.from.quantity;
  const auto now = *f.now.quantity;
  // No sale raises a quantity.
  const bool rose = f.between && f.between->quantity && now > *f.between->quantity;
  if (f.cancelled == Units{} && (now > before || rose)) return Landing::landed;
  // It shows more than these sales would have left, so something was added.
  if (now > before - f.counted + f.cancelled) return Landing::landed;
  if (now >= before - f.sold) return Landing::orders_explain;
  return f.all_seen ? Landing::landed : Landing::orders_awaited;
}

}  // namespace forestall::guard
