// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/slack/slack.hpp"

#include <utility>

#include "config/base/text.hpp"
#include "connectors/notify/http_delivery.hpp"
#include "connectors/notify/slack/body.hpp"

namespace forestall::notify::slack {
namespace {

class Slack final : public ports::Notifier {
 public:
  Slack(const ports::Context& context, http::BaseUrl url)
      : http_(context.http), clock_(context.clock), place_(split_path(std::move(url))) {}

  // Slack knows no id of ours: after a lost answer the message may stand there twice.
  boost::asio::awaitable<ports::Delivery> deliver(ports::Notice notice, std::vector<std::string>,
                                                  std::chrono::nanoseconds timeout) override {
    http::Request request;
    request.base = place_.first;
    request.path = place_.second;
    request.options.secret_path = true;
    request.body = body_of(notice);
    const auto result = co_await post_json(http_, std::move(request), timeout);
    auto delivery = delivery_of(result, clock_.now());
    if (!result) co_return delivery;
    if (delivery.outcome == ports::Outcome::delivered && trim(result->body) != "ok")
      // Something in between answered.
      co_return ports::Delivery{.outcome = ports::Outcome::unknown, .detail = "answered 200, but not \"ok\""};
    // "invalid_blocks", "channel_is_archived": Slack's own words say what to do.
    if (delivery.outcome == ports::Outcome::refused)
      delivery.detail += ": " + printable(trim(result->body), 60);
    co_return delivery;
  }

 private:
  http::HttpClient& http_;
  Clock& clock_;
  std::pair<http::BaseUrl, std::string> place_;
};

}  // namespace

Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::NotifySettings& settings,
                                                       const ports::Context& context) {
  // The reason would repeat the URL.
  auto url = http::parse_base_url(trim(settings.secret_url.value.reveal()));
  if (!url)
    return fail(ErrorCode::invalid_argument,
                "secret_url: expected the URL of an incoming webhook, https://hooks.slack.com/services/...");
  return std::make_unique<Slack>(context, std::move(*url));
}

}  // namespace forestall::notify::slack
