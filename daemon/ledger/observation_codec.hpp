// SPDX-License-Identifier: Apache-2.0
// Observations as the function library takes them: one packed argument each. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "connectors/model/observation.hpp"
#include "daemon/ledger/names.hpp"
#include "daemon/ledger/settings.hpp"

namespace forestall::ledger {

// The qualified names that encode() will need and `names` does not have yet: intern them first.
void missing_names(const model::Observation& observation, const Names& names,
                   std::vector<std::string>& missing);

// One argument of forestall_observe. A name that is not in `names` is a programming error (std::logic_error).
std::string encode(const model::Observation& observation, const Names& names);

// The argument of forestall_configure. Feeds whose names are missing are a programming error.
std::string encode_feeds(std::span<const Feed> feeds, const Names& names);

// One argument of forestall_map.
std::string encode_mapping(const Mapping& mapping, const Names& names);

// "3:114-0001": the field of an account's order or listing.
std::string account_field(const AccountId& account, std::string_view id, const Names& names);

}  // namespace forestall::ledger
