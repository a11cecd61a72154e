// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/alertmanager/alertmanager.hpp"

#include <utility>

#include "connectors/notify/alertmanager/body.hpp"
#include "connectors/notify/http_delivery.hpp"

namespace forestall::notify::alertmanager {
namespace {

class Alertmanager final : public ports::Notifier {
 public:
  Alertmanager(const config::NotifySettings& settings, const ports::Context& context, http::BaseUrl url)
      : http_(context.http),
        clock_(context.clock),
        token_(settings.token.value),
        place_(split_path(std::move(url), "/api/v2/alerts")) {}

  // The same labels twice are the same alert: an answer that was lost costs nothing.
  boost::asio::awaitable<ports::Delivery> deliver(ports::Notice notice, std::vector<std::string>,
                                                  std::chrono::nanoseconds timeout) override {
    http::Request request;
    request.base = place_.first;
    request.path = place_.second;
    request.body = body_of(notice);
    if (!token_.empty())
      request.secret_headers.push_back({"Authorization", Secret("Bearer " + std::string(token_.reveal()))});
    const auto result = co_await post_json(http_, std::move(request), timeout);
    co_return delivery_of(result, clock_.now());
  }

 private:
  http::HttpClient& http_;
  Clock& clock_;
  Secret token_;
  std::pair<http::BaseUrl, std::string> place_;
};

}  // namespace

Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::NotifySettings& settings,
                                                       const ports::Context& context) {
  if (!settings.url) return fail(ErrorCode::invalid_argument, "url: where Alertmanager answers is needed");
  auto url = ports::base_url(*settings.url);
  if (!url) return fail_in("url", url.error());
  return std::make_unique<Alertmanager>(settings, context, std::move(*url));
}

}  // namespace forestall::notify::alertmanager
