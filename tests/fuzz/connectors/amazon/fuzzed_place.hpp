// SPDX-License-Identifier: Apache-2.0
// What every decoder here is given, and what must hold of whatever it brings back.
#pragma once

#include <cstdlib>

#include "connectors/amazon/decoded.hpp"
#include "connectors/amazon/place.hpp"

namespace forestall::amazon {

inline const Place& fuzzed_place() {
  static const Place place{.account = AccountId::literal("amazon-us"),
                           .source = SourceId::literal("amazon-us"),
                           .marketplace = "ATVPDKIKX0DER",
                           .merchant = "A1SELLER",
                           .currency = Currency::literal("USD"),
                           .zone = TimeZone::utc()};
  return place;
}

inline Reading fuzzed_reading() {
  const Instant time(std::chrono::sys_days(std::chrono::year{2026} / 11 / 20));
  return {.asked = time, .answered = time};
}

inline void must(bool holds) {
  if (!holds) std::abort();
}

inline void must_be_sound(const Decoded& decoded) {
  for (const auto& one : decoded.observations) must(model::check(one).has_value());
  for (const auto& error : decoded.set_aside) must(!error.detail.empty());
}

}  // namespace forestall::amazon
