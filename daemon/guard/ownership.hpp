// SPDX-License-Identifier: Apache-2.0
// Whose is what the listing shows now? Asked of every reading, and always before a write. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "config/base/time.hpp"
#include "config/base/units.hpp"
#include "connectors/model/capability.hpp"
#include "connectors/model/listing.hpp"

namespace forestall::guard {

struct Seen {
  std::optional<Units> quantity{};  // absent: the channel does not say
  model::ListingActivity activity = model::ListingActivity::unknown;
  Instant at{};  // when it was so at the channel
};

// A write of ours that may be live, or become live, at any time.
struct OurWrite {
  std::uint64_t epoch = 0;
  std::optional<Units> target{};
  Instant sent_at{};
  // Units of orders placed since sent_at that were seen.
  Units sold_since{};
};

struct OwnershipFacts {
  std::optional<Seen> last{};  // the last reading that was accepted as known; absent: never read
  Seen now{};
  std::span<const OurWrite> writes{};
  Units sold{};       // of orders placed after `last` that were seen
  Units cancelled{};  // units cancelled after `last`: the channel may have put them back
  Units open{};       // units of orders that could still be cancelled unseen
  // Every order placed before it has been seen. Absent: nobody knows.
  std::optional<Instant> watermark{};
  model::Proof restores_on_cancel = model::Proof::unproven;
};

enum class Owner : std::uint8_t {
  unchanged,            // as we left it
  sales,                // a fall that the sales seen explain
  our_write,            // one of ours is live
  channel_restoration,  // a rise that cancelled orders explain
  wait_for_watermark,   // orders not seen yet could explain it
  persons_quantity,     // a person set another quantity
  persons_pause,        // a person put it to zero or off, or back on
  first_sight,          // never read before
  first_sight_off,      // never read before, and at zero or off
};
std::string_view word(Owner owner);

struct Judgement {
  Owner owner = Owner::unchanged;
  std::uint64_t epoch = 0;  // of our_write
  bool sales_too = false;   // our_write, and the sales seen explain it as well
  // Whose it is is settled and it is not a person's: a write may follow.
  bool may_write() const {
    return owner == Owner::unchanged || owner == Owner::sales || owner == Owner::our_write ||
           owner == Owner::channel_restoration || owner == Owner::first_sight;
  }
  bool is_persons() const { return owner == Owner::persons_quantity || owner == Owner::persons_pause; }
};

Judgement judge(const OwnershipFacts& facts);

// A reading equals a write of ours. Did the write land, or was as much sold while it is still on its way?
struct LandingFacts {
  Seen from{};                    // read before it was sent
  std::optional<Seen> between{};  // the last reading accepted since, if any
  Seen now{};
  Units sold{};  // of orders placed between `from` and `now` that were seen
  // Of `sold`, what the channel had counted down by `now` beyond doubt; none where nobody proved that it
  // counts at once.
  Units counted{};
  Units cancelled{};      // since `from`: the channel may have put them back
  bool all_seen = false;  // every order placed before `now` has been seen
};
enum class Landing : std::uint8_t {
  landed,
  orders_awaited,  // orders that nobody has seen yet could explain it as well
  orders_explain,  // the orders seen explain it as well
};
Landing landing(const LandingFacts& facts);

}  // namespace forestall::guard
