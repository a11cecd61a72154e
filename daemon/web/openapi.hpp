// SPDX-License-Identifier: Apache-2.0
// The OpenAPI 3.1 description of a table of routes, so that page and table cannot disagree.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "daemon/web/router.hpp"

namespace forestall::web {

// A JSON document. A schema in the table that is no JSON is a programming error (std::logic_error).
std::string openapi(std::span<const Route> routes, std::string_view version);

}  // namespace forestall::web
