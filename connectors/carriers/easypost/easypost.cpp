// SPDX-License-Identifier: Apache-2.0
#include "connectors/carriers/easypost/easypost.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

#include "connectors/carriers/easypost/decode.hpp"
#include "connectors/carriers/easypost/webhook.hpp"
#include "connectors/carriers/tracking/basic_auth.hpp"
#include "connectors/http/api_caller.hpp"

namespace forestall::carriers::easypost {
namespace {

constexpr std::size_t batch = 100;

// Limits are not published; five a second has never been refused, and a 429 slows down by itself.
constexpr http::Operation track_batch{.name = "createTrackers", .documented = {.per_second = 5, .burst = 5}};

class EasyPost final : public ports::Carrier {
 public:
  EasyPost(const config::CarrierSettings& settings, const ports::Context& context, http::BaseUrl base)
      : id_(settings.id),
        webhook_secret_(settings.webhook_secret.value),
        clock_(context.clock),
        base_(std::move(base)),
        operation_(track_batch),
        token_(basic_credentials(settings.token.value.reveal(), "")),
        caller_(
            context.http, context.clock, context.random, context.log, &token_,
            {.name = settings.id.str(), .token_prefix = "Basic ", .request_id_headers = {"x-request-id"}}) {
    if (settings.rate) operation_.documented = *settings.rate;
  }

  const ports::CarrierTraits& traits() const override { return traits_; }
  Monotonic earliest() const override { return caller_.next_free(operation_); }
  bool serves(const CarrierId& carrier, const TrackingId& tracking) const override {
    return carrier.str() != "amazon" && !tracking.empty();
  }

  // Creating a tracker that exists gives the one there is, so one call both registers new numbers and reads
  // old ones.
  boost::asio::awaitable<Result<ports::Page>> track(std::vector<ports::Parcel> parcels,
                                                    std::chrono::nanoseconds timeout) override {
    ports::Page page;
    if (parcels.empty()) co_return page;
    if (parcels.size() > batch)
      co_return fail(ErrorCode::invalid_argument, "createTrackers: more than 100 parcels");
    boost::json::array codes;
    for (const ports::Parcel& p : parcels) codes.emplace_back(p.tracking.str());
    http::Request request;
    request.method = http::Method::post;
    request.base = base_;
    request.path = "/trackers/batch";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = boost::json::serialize(boost::json::object{{"tracking_codes", std::move(codes)}});
    auto response = co_await caller_.call(operation_, "", std::move(request), timeout);
    if (!response) co_return std::unexpected(response.error());
    auto decoded = decode_trackers(response->body);
    if (!decoded) co_return std::unexpected(decoded.error());
    page.bytes = response->body.size();
    page.set_aside = std::move(decoded->set_aside);
    add_updates(page, parcels, decoded->records, id_, clock_.now());
    co_return page;
  }

  Result<std::vector<model::ShipmentUpdate>> read_webhook(
      const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body) override {
    const auto header =
        std::ranges::find_if(headers, [](const auto& h) { return same_name(h.first, "x-hmac-signature"); });
    if (header == headers.end() || !signature_holds(webhook_secret_.reveal(), body, header->second))
      return fail(ErrorCode::unauthenticated, "easypost webhook: the signature is missing or wrong");
    auto decoded = decode_event(body);
    if (!decoded) return std::unexpected(decoded.error());
    if (!decoded->set_aside.empty()) return std::unexpected(decoded->set_aside.front());
    std::vector<model::ShipmentUpdate> out;
    for (TrackRecord& record : decoded->records) {
      auto tracking = TrackingId::parse(record.number);
      if (!tracking) return std::unexpected(tracking.error());
      out.push_back(summarise(std::move(record), {.tracking = *tracking}, id_, clock_.now()));
    }
    return out;
  }

 private:
  SourceId id_;
  Secret webhook_secret_;
  Clock& clock_;
  http::BaseUrl base_;
  http::Operation operation_;
  StaticToken token_;
  mutable http::ApiCaller caller_;
  ports::CarrierTraits traits_{.most_per_call = batch, .webhooks = true, .live = model::Proof::no};
};

}  // namespace

Result<std::unique_ptr<ports::Carrier>> make_carrier(const config::CarrierSettings& settings,
                                                     const ports::Context& context) {
  auto base = base_or(settings.base_url, "https://api.easypost.com/v2");
  if (!base) return fail_in("base_url", base.error());
  if (settings.token.value.empty()) return fail(ErrorCode::invalid_argument, "token: the API key is needed");
  return std::make_unique<EasyPost>(settings, context, std::move(*base));
}

}  // namespace forestall::carriers::easypost
