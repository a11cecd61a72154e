// SPDX-License-Identifier: Apache-2.0
#include "connectors/carriers/fedex/fedex.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

#include "connectors/carriers/fedex/decode.hpp"
#include "connectors/carriers/numbers/recognise.hpp"
#include "connectors/carriers/tracking/basic_auth.hpp"
#include "connectors/http/api_caller.hpp"

namespace forestall::carriers::fedex {
namespace {

constexpr std::size_t batch = 30;

// 100,000 a day and project; the burst limit (1,400 in ten seconds) is far away then.
constexpr http::Operation track_numbers{.name = "trackingNumbers",
                                        .documented = {.per_second = 100'000.0 / 86'400, .burst = 20}};

http::OAuthSettings oauth(const config::CarrierSettings& settings, http::BaseUrl base) {
  http::OAuthSettings out;
  out.base = std::move(base);
  out.path = "/oauth/token";
  out.form.emplace_back("grant_type", Secret("client_credentials"));
  out.form.emplace_back("client_id", Secret(settings.client_id.value_or("")));
  out.form.emplace_back("client_secret", settings.client_secret.value);
  out.name = settings.id.str();
  return out;
}

boost::json::object ask_for(const ports::Parcel& parcel) {
  boost::json::object info{
      {"trackingNumberInfo", boost::json::object{{"trackingNumber", parcel.tracking.str()}}}};
  // Narrows a number that is used again down to our time.
  if (parcel.handed_over_at) {
    const auto day = std::chrono::floor<std::chrono::days>(*parcel.handed_over_at);
    info["shipDateBegin"] = to_string(CivilDate(day - std::chrono::days(14)));
    info["shipDateEnd"] = to_string(CivilDate(day + std::chrono::days(14)));
  }
  return info;
}

class FedEx final : public ports::Carrier {
 public:
  FedEx(const config::CarrierSettings& settings, const ports::Context& context, http::BaseUrl base,
        http::BaseUrl token_base)
      : id_(settings.id),
        clock_(context.clock),
        base_(std::move(base)),
        operation_(track_numbers),
        tokens_(context.http, context.clock, context.log, oauth(settings, std::move(token_base))),
        caller_(context.http, context.clock, context.random, context.log, &tokens_,
                {.name = settings.id.str()}) {
    if (settings.rate) operation_.documented = *settings.rate;
  }

  const ports::CarrierTraits& traits() const override { return traits_; }
  Monotonic earliest() const override { return caller_.next_free(operation_); }
  bool serves(const CarrierId& carrier, const TrackingId& tracking) const override {
    if (!carrier.empty()) return carrier.str().starts_with("fedex");
    return std::ranges::any_of(recognise(tracking.str()),
                               [](const Recognised& r) { return r.carrier == "fedex"; });
  }

  boost::asio::awaitable<Result<ports::Page>> track(std::vector<ports::Parcel> parcels,
                                                    std::chrono::nanoseconds timeout) override {
    ports::Page page;
    if (parcels.empty()) co_return page;
    if (parcels.size() > batch)
      co_return fail(ErrorCode::invalid_argument, "trackingNumbers: more than 30 parcels");
    boost::json::array infos;
    for (const ports::Parcel& p : parcels) infos.emplace_back(ask_for(p));
    http::Request request;
    request.method = http::Method::post;
    request.base = base_;
    request.path = "/track/v1/trackingnumbers";
    request.headers = {{"Content-Type", "application/json"}, {"X-locale", "en_US"}};
    request.body = boost::json::serialize(
        boost::json::object{{"includeDetailedScans", true}, {"trackingInfo", std::move(infos)}});
    auto response = co_await caller_.call(operation_, "", std::move(request), timeout);
    if (!response) co_return std::unexpected(response.error());
    auto decoded = decode_track(response->body);
    if (!decoded) co_return std::unexpected(decoded.error());
    page.bytes = response->body.size();
    page.set_aside = std::move(decoded->set_aside);
    add_updates(page, parcels, decoded->records, id_, clock_.now());
    co_return page;
  }

  Result<std::vector<model::ShipmentUpdate>> read_webhook(
      const std::vector<std::pair<std::string, std::string>>&, std::string_view) override {
    return fail(ErrorCode::unauthenticated, "fedex: messages are not taken");
  }

 private:
  SourceId id_;
  Clock& clock_;
  http::BaseUrl base_;
  http::Operation operation_;
  http::OAuthTokenSource tokens_;
  mutable http::ApiCaller caller_;
  ports::CarrierTraits traits_{.most_per_call = batch, .webhooks = false, .live = model::Proof::yes};
};

}  // namespace

Result<std::unique_ptr<ports::Carrier>> make_carrier(const config::CarrierSettings& settings,
                                                     const ports::Context& context) {
  auto base = base_or(settings.base_url, "https://apis.fedex.com");
  if (!base) return fail_in("base_url", base.error());
  auto token_base = settings.token_url ? base_or(settings.token_url, "") : Result<http::BaseUrl>(*base);
  if (!token_base) return fail_in("token_url", token_base.error());
  if (settings.client_secret.value.empty() || !settings.client_id)
    return fail(ErrorCode::invalid_argument, "client_id, client_secret: both are needed");
  return std::make_unique<FedEx>(settings, context, std::move(*base), std::move(*token_base));
}

}  // namespace forestall::carriers::fedex
