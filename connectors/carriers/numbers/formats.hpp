// SPDX-License-Identifier: Apache-2.0
// The table of tracking-number formats. Shapes and rules are facts of tracking_number_data 2.0.0 (MIT, Jeff
// Keen and contributors; see NOTICE), written anew as a table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "connectors/carriers/numbers/check_digit.hpp"

namespace forestall::carriers {

// A part of a number, from `at`; length 0: there is none.
struct Part {
  std::uint8_t at = 0;
  std::uint8_t length = 0;
};

// `shape` describes a number without blanks, in capitals: d is a digit, a a letter, x either, {n} or {n,m}
// repeats what stands before it, [ABC] is one of these, and everything else stands for itself. Carriers are
// named as their CarrierId.
struct Format {
  std::string_view carrier;
  std::string_view name;
  std::string_view shape;
  CheckRule rule = CheckRule::none;
  Part serial{};            // what the check character covers
  std::uint8_t check = 0;   // where it stands
  std::string_view prefix;  // put before the serial for the check, unless it begins with it
  Part zip{};               // of the destination
  Part mailer{};            // of the shipper
};

std::span<const Format> formats();

// Whether the country may stand at the end of a UPU S10 number: ISO 3166-1 alpha-2.
bool is_country(std::string_view code);

}  // namespace forestall::carriers
