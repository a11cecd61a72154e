// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/alertmanager/alertmanager.hpp"

#include <utility>

#include "connectors/notify/alertmanager/body.hpp"
#include "connectors/notify/http_delivery.hpp"

namespace forestall::notify::alertmanager {

Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::NotifySettings& settings,
                                                       const ports::Context& context) {
  if (!settings.url) return fail(ErrorCode::invalid_argument, "url: where Alertmanager answers is needed");
  auto url = ports::base_url(*settings.url);
  if (!url) return fail_in("url", url.error());
  auto place = place_of(std::move(*url), "/api/v2/alerts");
  place.token = settings.token.value;
  // The same labels twice are the same alert: an answer that was lost costs nothing.
  return make_http_notifier(context, std::move(place), {.body_of = body_of});
}

}  // namespace forestall::notify::alertmanager
