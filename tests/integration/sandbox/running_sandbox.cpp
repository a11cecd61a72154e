// SPDX-License-Identifier: Apache-2.0
// Starting the sandbox and talking to it.
#include "tests/integration/sandbox/running_sandbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "config/base/text.hpp"

namespace forestall::test {

namespace {

constexpr std::string_view marketplaces[] = {"ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"};

std::vector<std::string> command(std::vector<std::string> arguments) {
  if (std::ranges::find(arguments, "--speed") == arguments.end()) arguments.emplace_back("--lock-step");
  arguments.insert(arguments.begin(), FORESTALL_BIN_DIR "/forestall-sandbox");
  return arguments;
}

Called read(AskedReply reply) {
  boost::system::error_code broken;
  auto json = boost::json::parse(reply.body, broken);
  return {std::move(reply), broken ? boost::json::value() : std::move(json)};
}

}  // namespace

RunningSandbox::RunningSandbox(std::vector<std::string> arguments)
    : child_(command(std::move(arguments))), tokens_(2) {
  if (!child_.wait_for_out("accounts, from"))
    throw std::runtime_error("the sandbox did not start: " + child_.err());
  const std::string out = child_.out();
  constexpr std::string_view before = "http://127.0.0.1:";
  const auto from = out.find(before) + before.size();
  port_ =
      parse_integer<std::uint16_t>(std::string_view(out).substr(from, out.find(',', from) - from)).value();
}

Called RunningSandbox::raw(Ask ask) const { return read(http(port_, ask)); }

Called RunningSandbox::control(const std::string& target, std::string method, std::string body) const {
  return raw({.method = std::move(method), .target = "/sandbox/" + target, .body = std::move(body)});
}

void RunningSandbox::advance(std::string_view by) const {
  const auto done = control("advance", "POST", fmt::format(R"({{"by":"{}"}})", by));
  if (done.status() != 200) throw std::runtime_error(done.reply.body);
}

Called RunningSandbox::token(int account, std::string_view secret, std::string_view refresh) const {
  return raw({.method = "POST",
              .target = "/auth/o2/token",
              .body = fmt::format(
                  "grant_type=refresh_token&client_id=amzn1.application-oa2-client.sandbox-{0}&"
                  "client_secret={1}&refresh_token={2}",
                  account, secret.empty() ? fmt::format("amzn1.oa2-cs.v1.sandbox-{}", account) : secret,
                  refresh.empty() ? fmt::format("Atzr%7Csandbox-{}", account) : refresh)});
}

Called RunningSandbox::amazon(const std::string& target, std::string method, std::string body, int account,
                              std::chrono::milliseconds within) {
  std::string& kept = tokens_.at(static_cast<std::size_t>(account) - 1);
  for (int attempt = 0;; ++attempt) {
    if (kept.empty()) kept = token(account).text("/access_token");
    Called called = raw({.method = method,
                         .target = target,
                         .body = body,
                         .headers = {{"x-amz-access-token", kept}},
                         .within = within});
    const bool expired = called.status() == 403 && called.reply.body.find("expired") != std::string::npos;
    if (!expired || attempt > 0) return called;
    kept.clear();
  }
}

std::string RunningSandbox::listing_target(std::string_view sku, int account, std::string_view more) const {
  return fmt::format("/listings/2021-08-01/items/A{}SANDBOX/{}?marketplaceIds={}{}", account,
                     percent_encoded(sku), marketplaces[account - 1], more);
}

Called RunningSandbox::patch_quantity(std::string_view sku, std::int64_t quantity, int account,
                                      std::string_view op, std::string_view more) {
  return amazon(
      listing_target(sku, account, more), "PATCH",
      fmt::format(R"({{"productType":"PRODUCT","patches":[{{"op":"{}","path":)"
                  R"("/attributes/fulfillment_availability","value":[{{"fulfillment_channel_code":"DEFAULT",)"
                  R"("quantity":{}}}]}}]}})",
                  op, quantity),
      account);
}

std::optional<std::int64_t> RunningSandbox::live_quantity(std::string_view sku, int account) {
  const auto item =
      amazon(listing_target(sku, account, "&includedData=fulfillmentAvailability"), "GET", "", account);
  for (const auto& record : item.at("/fulfillmentAvailability").as_array())
    if (record.at("fulfillmentChannelCode") == "DEFAULT")
      return record.at("quantity").to_number<std::int64_t>();
  return std::nullopt;
}

}  // namespace forestall::test
