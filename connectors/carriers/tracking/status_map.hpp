// SPDX-License-Identifier: Apache-2.0
// One table from the words of every carrier to the common model.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "connectors/model/fulfilment.hpp"

namespace forestall::carriers {

// Whether somebody held the parcel when the event was made. "In transit to next facility" is written by a
// clock.
enum class Physical : std::uint8_t { unknown, yes, no };

// Whose words. UPS's two-letter codes mean different things under each status type (thirty clash), so there
// is one scheme a type; the three-digit status code means one thing everywhere.
enum class Scheme : std::uint8_t {
  easypost,         // status
  easypost_detail,  // status_detail
  fedex,            // eventType, derivedCode
  ups_status,       // statusCode
  ups_type,         // status.type alone, the last resort
  ups_i,            // status.code under type I (in transit)
  ups_m,            // under M (billing information)
  ups_x,            // under X (exception)
};

struct StatusRow {
  Scheme scheme;
  std::string_view code;
  model::ShipmentState state;  // unknown: says nothing about where the parcel is (a changed date, a photo)
  Physical physical;
  std::string_view reason;  // "weather_delay", "delivery_change"; may be empty
};

std::span<const StatusRow> status_rows();
const StatusRow* find_status(Scheme scheme, std::string_view code);  // nullptr: not in the table

}  // namespace forestall::carriers
