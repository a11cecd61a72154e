// SPDX-License-Identifier: Apache-2.0
// One SKU of a problem: the listings as it sees them, and the two ways to judge it (short and full). Shared
// by the one-SKU and the bundle path; not for use outside this folder.
#pragma once

#include <span>

#include "forecasting/targets/ladder.hpp"
#include "forecasting/targets/terms.hpp"

namespace forestall::forecasting {

struct SkuTerms {
  Slots<SkuListing, max_listings> listings;
  SkuSums sums{};
  bool in_force = false;  // exposures are within stock already
  LadderTerms ladder{};
  LadderStarts starts{};  // as far as weigh() made them

  std::span<const SkuListing> seen() const { return listings.all(); }
};

// Collects the listings that touch SKU number `sku`, scaled to its units.
void gather(std::size_t sku, std::span<const ListingTerms> listings, SkuTerms& out);

// The short way: nothing to sell, a single listing, or a race (and a reason to keep units for the dearer
// channel) that together cannot be worth one write. True if that decides;
// the verdict then holds regime and reason.
bool settle(const SkuTerms& terms, int usable_units, SkuVerdict& verdict);

// How much of the stock is worth looking at: what all its listings could ask for (mean + 12 standard
// deviations each) and no more than most_divided_units.
int divided_units(const SkuTerms& terms, int usable_units);

// The full way: climbs the ladder and copies its terms into the verdict.
void weigh(SkuTerms& terms, int usable_units, SkuVerdict& verdict);

// What a listing shows while every SKU behind it is shared.
int shared_units(std::span<const StockTerms> skus, const ListingTerms& listing);

// The writes that takes: lowering, or opening what shows nothing; a listing that shows less but sells is
// left.
double shared_writes(const ListingTerms& listing, int target_units);

// h for listings that show something, with the verdict's bid price.
int entry_hold_back(const SkuTerms& terms, int usable_units, double bid_price);

}  // namespace forestall::forecasting
