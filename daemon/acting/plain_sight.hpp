// SPDX-License-Identifier: Apache-2.0
// Most SKUs of a large catalogue show what they should and are far from another answer. They are recognised
// here from numbers alone, where the general way (problem.cpp) gathers facts, reasons and explanations.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "daemon/acting/floor.hpp"

namespace forestall::acting {

// As of one instant, and for one turn of the loop: whatever happens in between makes it worthless.
class PlainSight {
 public:
  // `at`: now, or later if nothing but time happens (as Floor::decide).
  PlainSight(const Floor& floor, Instant at);

  // The number of listings of a SKU of which Floor::decide would say at that instant: each fits, the stock is
  // shared, and no other answer is near. nullopt: something else, or it takes the general way to know.
  std::optional<std::size_t> fits(ledger::SkuRef sku);
  // Before fits() of so many in a row, at most 64: what lies scattered over hundreds of megabytes is waited
  // for together instead of one by one.
  void warm(ledger::SkuRef first, std::size_t count) const;

 private:
  struct Desk {
    const AccountDesk* desk = nullptr;
    Floor::Outlook outlook{};
    std::int32_t cap = 0;
    std::optional<Instant> watermark{};
  };
  // SKUs that the same accounts sell, in the same order.
  struct Company {
    std::uint64_t accounts = 0;
    Floor::Setting setting{};
    std::array<double, 256> share{};  // by place in desks_
  };
  struct Offer {
    std::uint8_t desk = 0;
    std::int32_t shown = 0;
  };
  std::optional<Offer> look_at(const ledger::Mirror::Brief& listing) const;
  const Company& company(std::span<const Offer> offers);

  const Floor& floor_;
  const Instant at_;
  std::vector<Desk> desks_;
  std::vector<std::int16_t> desk_of_;  // by the mirror's number of the account; -1: none that is fit
  std::vector<Company> companies_;
};

}  // namespace forestall::acting
