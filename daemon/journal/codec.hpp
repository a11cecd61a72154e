// SPDX-License-Identifier: Apache-2.0
// Intents, records and stream entries as bytes (MessagePack). Pure; the readers take hostile bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/error.hpp"
#include "daemon/journal/intent.hpp"

namespace forestall::journal {

// The field of a listing in the hash: an account is a slug and holds no space.
std::string field_of(const AccountId& account, const ListingId& listing);
Result<std::pair<AccountId, ListingId>> parse_field(std::string_view field);

std::string encode_intent(const Intent& intent);
Result<Intent> decode_intent(std::string_view bytes);

// What Lua stores beside the intent, to move it to the late writes: target, way. Empty for a plain "be this
// many", which a number says (lua/1_journal.lua, WAY).
std::string encode_way(std::optional<Units> target, const Way& way);

std::string encode_before(const Before& before);
Result<Before> decode_before(std::string_view bytes);

struct StoredRecord {
  Record record;
  std::string intent;  // the intent's bytes
};
// A value of the hash `intent` (lua/1_journal.lua, RECORD). parse where the intent is of another listing.
Result<StoredRecord> decode_record(std::string_view field, std::string_view bytes);

}  // namespace forestall::journal
