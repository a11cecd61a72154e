// SPDX-License-Identifier: Apache-2.0
// What may be asked of a channel. There is no command that cancels an order or writes to a buyer.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "config/base/ids.hpp"
#include "config/base/units.hpp"

namespace forestall::model {

// "Be this many."
struct SetQuantity {
  AccountId account;
  ListingId listing;
  Units quantity;                 // >= 0
  std::optional<Units> expected;  // compare-and-set: only if the channel has this many now
  friend bool operator==(const SetQuantity&, const SetQuantity&) = default;
};

// "Be this many more, or fewer."
struct AdjustQuantity {
  AccountId account;
  ListingId listing;
  Units by;
  friend bool operator==(const AdjustQuantity&, const AdjustQuantity&) = default;
};

// Takes the offer off sale without ending it.
struct PauseListing {
  AccountId account;
  ListingId listing;
  friend bool operator==(const PauseListing&, const PauseListing&) = default;
};

// Puts a paused offer back on sale. `restore` is what the connector wrote down when it paused (state and
// attributes as observed before), opaque to everybody else; the quantity is decided afresh.
struct ResumeListing {
  AccountId account;
  ListingId listing;
  std::optional<Units> quantity;
  std::string restore;
  friend bool operator==(const ResumeListing&, const ResumeListing&) = default;
};

using Command = std::variant<SetQuantity, AdjustQuantity, PauseListing, ResumeListing>;

}  // namespace forestall::model
