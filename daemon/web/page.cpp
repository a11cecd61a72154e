// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/page.hpp"

namespace forestall::web {

std::vector<Route> page_routes() {
  std::vector<Route> routes;
  for (const auto& asset : assets())
    routes.push_back({.method = Method::get,
                      .pattern = asset.path,
                      .access = Access::open,
                      .summary = "The console",
                      .handler = immediate([&asset](const Request&) {
                        return Response{.content_type = std::string(asset.media_type),
                                        .body = std::string(asset.text),
                                        .headers = {{"Content-Security-Policy", std::string(page_policy)},
                                                    {"Cross-Origin-Opener-Policy", "same-origin"},
                                                    {"Cache-Control", "no-cache"}}};
                      }),
                      .media_type = asset.media_type});
  return routes;
}

}  // namespace forestall::web
