// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/webhook/webhook.hpp"

#include <utility>

#include "connectors/notify/http_delivery.hpp"
#include "connectors/notify/webhook/body.hpp"

namespace forestall::notify::webhook {
namespace {

class Webhook final : public ports::Notifier {
 public:
  Webhook(const config::NotifySettings& settings, const ports::Context& context, http::BaseUrl url)
      : http_(context.http),
        clock_(context.clock),
        token_(settings.token.value),
        signing_secret_(settings.signing_secret.value),
        place_(split_path(std::move(url))) {}

  boost::asio::awaitable<ports::Delivery> deliver(ports::Notice notice, std::vector<std::string>,
                                                  std::chrono::nanoseconds timeout) override {
    http::Request request;
    request.base = place_.first;
    request.path = place_.second;
    request.body = body_of(notice);
    request.headers = {{"Idempotency-Key", notice.id}};
    if (!signing_secret_.empty())
      request.headers.push_back(
          {"X-Forestall-Signature", signature_of(signing_secret_, clock_.now(), request.body)});
    if (!token_.empty())
      request.secret_headers.push_back({"Authorization", Secret("Bearer " + std::string(token_.reveal()))});
    const auto result = co_await post_json(http_, std::move(request), timeout);
    co_return delivery_of(result, clock_.now());
  }

 private:
  http::HttpClient& http_;
  Clock& clock_;
  Secret token_;
  Secret signing_secret_;
  std::pair<http::BaseUrl, std::string> place_;
};

}  // namespace

Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::NotifySettings& settings,
                                                       const ports::Context& context) {
  if (!settings.url) return fail(ErrorCode::invalid_argument, "url: where to post to is needed");
  auto url = ports::base_url(*settings.url);
  if (!url) return fail_in("url", url.error());
  return std::make_unique<Webhook>(settings, context, std::move(*url));
}

}  // namespace forestall::notify::webhook
