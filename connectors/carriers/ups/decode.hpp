// SPDX-License-Identifier: Apache-2.0
// The answer of UPS Track (GET /track/v1/details), read into records: one a package.
#pragma once

#include <string_view>
#include <vector>

#include "config/base/error.hpp"
#include "connectors/carriers/tracking/track_record.hpp"

namespace forestall::carriers::ups {

// A number that UPS does not know gives no record. Errors: parse, too_large.
Result<std::vector<TrackRecord>> decode_track(std::string_view body);

// UTC from gmtDate ("20240326") and gmtTime ("15:44:34", "154434", and "74700" with its zero lost). They are
// already UTC: the offset beside them is not to be added.
std::optional<Instant> read_gmt(std::string_view date, std::string_view time);

// By status code first, then by (type, code), then by type alone. Type D alone is not a delivery: parcels on
// the vehicle carry it too.
const StatusRow* meaning(std::string_view type, std::string_view code, std::string_view status_code);

}  // namespace forestall::carriers::ups
