// SPDX-License-Identifier: Apache-2.0
// The listings of one account: what the world does not model (price, state, channel records, FBA) and the
// changes under way. The quantity of a seller-fulfilled listing is the world's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/backtest/world/world.hpp"
#include "tests/sandbox/setting.hpp"

namespace forestall::sandbox {

struct Listing {
  std::string sku{};
  std::string asin{};
  std::string product_type = "PRODUCT";
  std::optional<world::ListingIndex> in_world{};  // none: FBA only
  bool has_default = true;                        // a DEFAULT fulfilment record
  std::optional<std::int64_t> fba_quantity{};     // an AMAZON_NA record
  std::int64_t outside_quantity = 0;              // of the DEFAULT record of an item that is not in the world
  std::optional<int> lead_time_days{};            // lead_time_to_ship_max_days; a replace without it loses it
  std::int64_t price_minor = 0;
  bool active = true;  // closed by a person: neither buyable nor changed by a quantity
  Instant created{}, updated{};
  bool zeroed_by_api = false;  // the last quantity write was zero
  Instant zeroed_at{};
};

struct ListingChange {
  enum class Kind : std::uint8_t {
    quantity_written,
    price,
    lead_time_lost,
    default_made,
    default_removed,
    fba_made
  };
  std::size_t listing = 0;
  Kind kind{};
  std::int64_t value = 0;
};

class ListingBook {
 public:
  ListingBook(const Setting& setting, world::ChannelIndex channel, int fba);

  const std::vector<Listing>& all() const { return listings_; }  // by SKU
  std::optional<std::size_t> find(std::string_view sku) const;
  Listing& at(std::size_t index) { return listings_[index]; }
  const Listing& at(std::size_t index) const { return listings_[index]; }

  void schedule(Instant live, ListingChange change) { changes_.emplace(live, change); }
  Instant next_change() const { return changes_.empty() ? Instant::max() : changes_.begin()->first; }
  void apply_until(Instant now, world::World& world);

  bool buyable(std::size_t index, const world::World& world) const;
  // Whether shoppers may buy at all, as the world needs to know it.
  void tell(std::size_t index, world::World& world) const;

 private:
  std::vector<Listing> listings_;
  std::unordered_map<std::string, std::size_t> by_sku_;
  std::multimap<Instant, ListingChange> changes_;
};

}  // namespace forestall::sandbox
