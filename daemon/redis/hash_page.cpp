// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/hash_page.hpp"

namespace forestall::redis {

Result<HashPage> hash_page(const Reply& reply, std::string_view place) {
  const auto parts = reply.expect_array(place, 2);
  if (!parts) return std::unexpected(parts.error());
  const auto cursor = parts->front().expect_text(place);
  if (!cursor) return std::unexpected(cursor.error());
  const auto items = parts->back().expect_array(place);
  if (!items) return std::unexpected(items.error());
  if (items->size() % 2 != 0) return fail_in(place, Error{ErrorCode::parse, false, "a name without a value"});
  HashPage page{.cursor = std::string(*cursor), .fields = {}};
  page.fields.reserve(items->size() / 2);
  for (std::size_t i = 0; i + 1 < items->size(); i += 2) {
    const auto name = (*items)[i].expect_text(place), value = (*items)[i + 1].expect_text(place);
    if (!name) return std::unexpected(name.error());
    if (!value) return std::unexpected(value.error());
    page.fields.emplace_back(*name, *value);
  }
  return page;
}

}  // namespace forestall::redis
