// SPDX-License-Identifier: Apache-2.0
// One answer of HSCAN: where to go on, and the fields it brought. A loop over pages reads a hash of any size
// in slices; a field that is there all the time is in one of them at least.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/redis/reply.hpp"

namespace forestall::redis {

struct HashPage {
  std::string cursor;                                                 // of the next page
  std::vector<std::pair<std::string_view, std::string_view>> fields;  // name and value, within the reply
  bool last() const { return cursor == "0"; }
};

// `place` is what an error starts with ("HSCAN intent"). Errors: parse; an error reply as that error.
Result<HashPage> hash_page(const Reply& reply, std::string_view place);

}  // namespace forestall::redis
