// SPDX-License-Identifier: Apache-2.0
// EasyPost's trackers and webhook events, read into records.
#pragma once

#include <string_view>
#include <vector>

#include "config/base/error.hpp"
#include "connectors/carriers/tracking/track_record.hpp"

namespace forestall::carriers::easypost {

struct Decoded {
  std::vector<TrackRecord> records;
  std::vector<Error> set_aside;  // trackers that could not be read, each with its place
};

// {"trackers": [...]}: the answer of a list or a batch. Errors: parse, too_large.
Result<Decoded> decode_trackers(std::string_view body);

// An event ("tracker.created", "tracker.updated") with its tracker in "result". Other events give no record.
Result<Decoded> decode_event(std::string_view body);

}  // namespace forestall::carriers::easypost
