// SPDX-License-Identifier: Apache-2.0
// The answer of FedEx Track (POST /track/v1/trackingnumbers), read into records: several for a number that
// was used again.
#pragma once

#include <string_view>
#include <vector>

#include "config/base/error.hpp"
#include "connectors/carriers/tracking/track_record.hpp"

namespace forestall::carriers::fedex {

struct Decoded {
  std::vector<TrackRecord> records;
  std::vector<Error> set_aside;  // numbers that FedEx refused for another reason than not knowing them
};

// Errors: parse, too_large.
Result<Decoded> decode_track(std::string_view body);

// FedEx writes what it knows to the day as midnight: without an offset, or with that of Memphis. Such a time,
// and any without an offset, is a day.
EventTime read_time(std::string_view text);

}  // namespace forestall::carriers::fedex
