// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/slack/slack.hpp"

#include <utility>

#include "config/base/text.hpp"
#include "connectors/notify/http_delivery.hpp"
#include "connectors/notify/slack/body.hpp"

namespace forestall::notify::slack {
namespace {

ports::Delivery read_answer(ports::Delivery by_status, const http::Response& answer) {
  // Something in between answered.
  if (by_status.outcome == ports::Outcome::delivered && trim(answer.body) != "ok")
    return {.outcome = ports::Outcome::unknown, .detail = "answered 200, but not \"ok\""};
  // "invalid_blocks", "channel_is_archived": Slack's own words say what to do.
  if (by_status.outcome == ports::Outcome::refused)
    by_status.detail += ": " + printable(trim(answer.body), 60);
  return by_status;
}

}  // namespace

Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::NotifySettings& settings,
                                                       const ports::Context& context) {
  // The reason would repeat the URL.
  auto url = http::parse_base_url(trim(settings.secret_url.value.reveal()));
  if (!url)
    return fail(ErrorCode::invalid_argument,
                "secret_url: expected the URL of an incoming webhook, https://hooks.slack.com/services/...");
  // Slack knows no id of ours: after a lost answer the message may stand there twice.
  return make_http_notifier(context, place_of(std::move(*url)),
                            {.body_of = body_of, .read_answer = read_answer, .secret_path = true});
}

}  // namespace forestall::notify::slack
