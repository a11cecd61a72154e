// SPDX-License-Identifier: Apache-2.0
#include "connectors/carriers/ups/ups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "connectors/carriers/numbers/recognise.hpp"
#include "connectors/carriers/tracking/basic_auth.hpp"
#include "connectors/carriers/ups/decode.hpp"
#include "connectors/http/api_caller.hpp"

namespace forestall::carriers::ups {
namespace {

// Not published; a modest pace, and a 429 slows down by itself.
constexpr http::Operation track_one{.name = "trackDetails", .documented = {.per_second = 2, .burst = 5}};

http::OAuthSettings oauth(const config::CarrierSettings& settings, http::BaseUrl base) {
  http::OAuthSettings out;
  out.base = std::move(base);
  out.path = "/security/v1/oauth/token";
  out.form.emplace_back("grant_type", Secret("client_credentials"));
  out.headers.push_back(
      {"Authorization", Secret("Basic " + std::string(basic_credentials(settings.client_id.value_or(""),
                                                                        settings.client_secret.value.reveal())
                                                          .reveal()))});
  out.name = settings.id.str();
  return out;
}

class Ups final : public ports::Carrier {
 public:
  Ups(const config::CarrierSettings& settings, const ports::Context& context, http::BaseUrl base,
      http::BaseUrl token_base)
      : id_(settings.id),
        clock_(context.clock),
        base_(std::move(base)),
        operation_(track_one),
        tokens_(context.http, context.clock, context.log, oauth(settings, std::move(token_base))),
        caller_(context.http, context.clock, context.random, context.log, &tokens_,
                {.name = settings.id.str()}) {
    if (settings.rate) operation_.documented = *settings.rate;
  }

  const ports::CarrierTraits& traits() const override { return traits_; }
  Monotonic earliest() const override { return caller_.next_free(operation_); }
  bool serves(const CarrierId& carrier, const TrackingId& tracking) const override {
    if (!carrier.empty()) return carrier.str() == "ups";
    return std::ranges::any_of(recognise(tracking.str()),
                               [](const Recognised& r) { return r.carrier == "ups"; });
  }

  boost::asio::awaitable<Result<ports::Page>> track(std::vector<ports::Parcel> parcels,
                                                    std::chrono::nanoseconds timeout) override {
    ports::Page page;
    if (parcels.empty()) co_return page;
    if (parcels.size() > 1) co_return fail(ErrorCode::invalid_argument, "trackDetails: one number a call");
    const ports::Parcel& parcel = parcels.front();
    http::Request request;
    request.base = base_;
    request.path = http::make_path({"track", "v1", "details", parcel.tracking.str()});
    request.query = {{"locale", "en_US"}, {"returnMilestones", "false"}};
    request.headers = {{"transId", fmt::format("forestall-{}", ++calls_)}, {"transactionSrc", "forestall"}};
    auto response = co_await caller_.call(operation_, "", std::move(request), timeout);
    if (!response) {
      // UPS says 404 of a number that it does not know (yet).
      if (response.error().code == ErrorCode::not_found) co_return page;
      co_return std::unexpected(response.error());
    }
    auto records = decode_track(response->body);
    if (!records) co_return std::unexpected(records.error());
    page.bytes = response->body.size();
    add_updates(page, parcels, *records, id_, clock_.now());
    co_return page;
  }

  Result<std::vector<model::ShipmentUpdate>> read_webhook(
      const std::vector<std::pair<std::string, std::string>>&, std::string_view) override {
    return fail(ErrorCode::unauthenticated, "ups: messages are not signed, and are not taken");
  }

 private:
  SourceId id_;
  Clock& clock_;
  http::BaseUrl base_;
  http::Operation operation_;
  http::OAuthTokenSource tokens_;
  mutable http::ApiCaller caller_;
  std::uint64_t calls_ = 0;
  ports::CarrierTraits traits_{.most_per_call = 1, .webhooks = false, .live = model::Proof::yes};
};

}  // namespace

Result<std::unique_ptr<ports::Carrier>> make_carrier(const config::CarrierSettings& settings,
                                                     const ports::Context& context) {
  auto base = base_or(settings.base_url, "https://onlinetools.ups.com/api");
  if (!base) return fail_in("base_url", base.error());
  // The token endpoint stands beside /api, not below it: also where only the other base is configured.
  const auto beside = [](std::optional<config::Url> url) {
    if (!url) return url;
    while (url->path.ends_with('/')) url->path.pop_back();
    if (url->path.ends_with("/api")) url->path.resize(url->path.size() - 4);
    return url;
  };
  auto token_base = settings.token_url  ? base_or(settings.token_url, "")
                    : settings.base_url ? base_or(beside(settings.base_url), "")
                                        : base_or(std::nullopt, "https://onlinetools.ups.com");
  if (!token_base) return fail_in("token_url", token_base.error());
  if (settings.client_secret.value.empty() || !settings.client_id)
    return fail(ErrorCode::invalid_argument, "client_id, client_secret: both are needed");
  return std::make_unique<Ups>(settings, context, std::move(*base), std::move(*token_base));
}

}  // namespace forestall::carriers::ups
