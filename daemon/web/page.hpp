// SPDX-License-Identifier: Apache-2.0
// The console's page and its files, compiled in.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "daemon/web/router.hpp"

namespace forestall::web {

struct Asset {
  std::string_view path;  // "/console.css"
  std::string_view media_type;
  std::string_view text;
};
std::span<const Asset> assets();  // made by embed_page.cmake from page/

// Everything from this origin, nothing from elsewhere, no script or style inside the page, no frames.
inline constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

// Open to whoever reaches the port: they hold nothing of a seller.
std::vector<Route> page_routes();

}  // namespace forestall::web
