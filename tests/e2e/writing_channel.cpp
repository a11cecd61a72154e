// SPDX-License-Identifier: Apache-2.0
// The registry of a daemon for trials: the sandbox's accounts, with a way of writing that Amazon does not
// have. Everything is read as from Amazon; quantities are written as FORESTALL_TRIAL_WRITES says, through the
// sandbox's own POST /sandbox/write.
#include <array>
#include <boost/json.hpp>
#include <cstdlib>
#include <utility>

#include "connectors/amazon/connector.hpp"
#include "connectors/carriers/easypost/easypost.hpp"
#include "connectors/registry/registry.hpp"
#include "connectors/stock/csv/source.hpp"

namespace forestall::connectors {
namespace {

using boost::asio::awaitable;

class WritingChannel final : public ports::Marketplace {
 public:
  WritingChannel(std::unique_ptr<ports::Marketplace> amazon, http::BaseUrl base, http::HttpClient& http,
                 model::WriteKind kind)
      : amazon_(std::move(amazon)),
        base_(std::move(base)),
        http_(http),
        capabilities_(amazon_->capabilities()) {
    capabilities_.write = kind;
  }

  const model::Capabilities& capabilities() const override { return capabilities_; }
  std::span<const ports::Feed> feeds() const override { return amazon_->feeds(); }
  Monotonic earliest(ports::CallKind kind, ports::Feed feed) const override {
    return amazon_->earliest(kind, feed);
  }
  const http::ClockSkew* skew() const override { return amazon_->skew(); }
  awaitable<Result<ports::Page>> poll(ports::Feed feed, ports::Cursor from,
                                      std::chrono::nanoseconds timeout) override {
    return amazon_->poll(feed, std::move(from), timeout);
  }
  awaitable<Result<ports::ListingReading>> read_listing(ListingId listing,
                                                        std::chrono::nanoseconds timeout) override {
    return amazon_->read_listing(std::move(listing), timeout);
  }
  awaitable<Result<std::vector<model::Observation>>> read_order(OrderId order,
                                                                std::chrono::nanoseconds timeout) override {
    return amazon_->read_order(std::move(order), timeout);
  }
  awaitable<std::vector<ports::DoctorFinding>> examine(std::chrono::nanoseconds timeout) override {
    return amazon_->examine(timeout);
  }

  awaitable<Result<ports::WriteReceipt>> write(model::Command command, std::string key,
                                               std::chrono::nanoseconds timeout) override {
    boost::json::object body;
    if (const auto* adjust = std::get_if<model::AdjustQuantity>(&command)) {
      body = {{"account", adjust->account.str()}, {"sku", adjust->listing.str()}, {"by", adjust->by.count()}};
    } else if (const auto* set = std::get_if<model::SetQuantity>(&command); set != nullptr && set->expected) {
      body = {{"account", set->account.str()},
              {"sku", set->listing.str()},
              {"quantity", set->quantity.count()},
              {"expected", set->expected->count()}};
    } else {
      co_return co_await amazon_->write(std::move(command), std::move(key), timeout);
    }
    http::Request request{.method = http::Method::post, .base = base_, .path = "/sandbox/write"};
    request.body = boost::json::serialize(body);
    request.options.timeout = timeout;
    const auto answer = co_await http_.send(std::move(request));
    if (!answer) co_return std::unexpected(answer.error());
    if (answer->status == 409) co_return fail(ErrorCode::conflict, answer->body);
    if (answer->status != 200) co_return fail(ErrorCode::invalid_argument, answer->body);
    co_return ports::WriteReceipt{};
  }

 private:
  std::unique_ptr<ports::Marketplace> amazon_;
  http::BaseUrl base_;
  http::HttpClient& http_;
  model::Capabilities capabilities_;
};

Result<std::unique_ptr<ports::Marketplace>> make_channel(const config::AccountSettings& settings,
                                                         const ports::Context& context) {
  const char* const wanted = std::getenv("FORESTALL_TRIAL_WRITES");
  const std::string_view kind = wanted == nullptr ? "" : wanted;
  if ((kind != "relative" && kind != "compare_and_set") || !settings.base_url)
    return fail(ErrorCode::invalid_argument, "FORESTALL_TRIAL_WRITES: relative or compare_and_set");
  auto base = ports::base_url(*settings.base_url);
  if (!base) return std::unexpected(base.error());
  auto amazon = amazon::make_marketplace(settings, context);
  if (!amazon) return amazon;
  return std::make_unique<WritingChannel>(
      std::move(*amazon), std::move(*base), context.http,
      kind == "relative" ? model::WriteKind::relative : model::WriteKind::compare_and_set);
}

}  // namespace

const Registry& registry() {
  static constexpr std::array marketplaces{MarketplaceKind{"amazon", &make_channel}};
  static constexpr std::array stock_sources{StockKind{"csv", &stock_csv::make_stock_source}};
  static constexpr std::array carriers{CarrierKind{"easypost", &carriers::easypost::make_carrier}};
  static constexpr Registry all{
      .marketplaces = marketplaces, .stock_sources = stock_sources, .carriers = carriers, .notifiers = {}};
  return all;
}

}  // namespace forestall::connectors
