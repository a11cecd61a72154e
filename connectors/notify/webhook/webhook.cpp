// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/webhook/webhook.hpp"

#include <utility>

#include "connectors/notify/http_delivery.hpp"
#include "connectors/notify/webhook/body.hpp"

namespace forestall::notify::webhook {
namespace {

std::vector<http::Header> headers_of(const ports::Notice& notice, const Secret& signing_secret, Instant now,
                                     std::string_view body) {
  std::vector<http::Header> headers{{"Idempotency-Key", notice.id}};
  if (!signing_secret.empty())
    headers.push_back({"X-Forestall-Signature", signature_of(signing_secret, now, body)});
  return headers;
}

}  // namespace

Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::NotifySettings& settings,
                                                       const ports::Context& context) {
  if (!settings.url) return fail(ErrorCode::invalid_argument, "url: where to post to is needed");
  auto url = ports::base_url(*settings.url);
  if (!url) return fail_in("url", url.error());
  auto place = place_of(std::move(*url));
  place.token = settings.token.value;
  place.signing_secret = settings.signing_secret.value;
  return make_http_notifier(context, std::move(place), {.body_of = body_of, .headers_of = headers_of});
}

}  // namespace forestall::notify::webhook
