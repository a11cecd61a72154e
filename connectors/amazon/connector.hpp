// SPDX-License-Identifier: Apache-2.0
// One account at Amazon: ports::Marketplace over the Selling Partner API.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "config/settings/account.hpp"
#include "connectors/amazon/listings_report.hpp"
#include "connectors/amazon/order_cursor.hpp"
#include "connectors/amazon/patch.hpp"
#include "connectors/amazon/place.hpp"
#include "connectors/amazon/recent_shapes.hpp"
#include "connectors/amazon/report_decoder.hpp"
#include "connectors/amazon/report_feed.hpp"
#include "connectors/amazon/session.hpp"
#include "connectors/ports/context.hpp"
#include "connectors/ports/marketplace.hpp"

namespace forestall::amazon {

// invalid_argument naming the key of the configuration that makes no sense; makes no call.
Result<std::unique_ptr<ports::Marketplace>> make_marketplace(const config::AccountSettings& settings,
                                                             const ports::Context& context);

template <class T>
using Task = boost::asio::awaitable<Result<T>>;

class Connector final : public ports::Marketplace {
 public:
  Connector(Place place, http::BaseUrl base, std::shared_ptr<Session> session,
            const config::AccountSettings& settings, const ports::Context& context);

  const model::Capabilities& capabilities() const override;
  std::span<const ports::Feed> feeds() const override { return feeds_; }
  Monotonic earliest(ports::CallKind kind, ports::Feed feed) const override;
  const http::ClockSkew* skew() const override { return &session_->caller().skew(); }
  Task<ports::Page> poll(ports::Feed feed, ports::Cursor from, std::chrono::nanoseconds timeout) override;
  Task<ports::ListingReading> read_listing(ListingId listing, std::chrono::nanoseconds timeout) override;
  Task<std::vector<model::Observation>> read_order(OrderId order, std::chrono::nanoseconds timeout) override;
  Task<ports::WriteReceipt> write(model::Command command, std::string key,
                                  std::chrono::nanoseconds timeout) override;
  boost::asio::awaitable<std::vector<ports::DoctorFinding>> examine(
      std::chrono::nanoseconds timeout) override;

 private:
  // poll_orders.cpp
  struct Found {
    Decoded answer{};
    Reading reading{};
    bool token_refused = false;
  };
  Task<ports::Page> search(const Search& search, Monotonic deadline, Found& found);
  Task<ports::Page> poll_orders(ports::Cursor from, Monotonic deadline);
  Task<ports::Page> poll_history(ports::Cursor from, Monotonic deadline);
  // poll_listings.cpp
  Task<ports::Page> poll_listings(ports::Cursor from, Monotonic deadline);
  // poll_reports.cpp
  Task<ReportCursor> ask_for_report(std::string_view name, std::string_view type, Monotonic deadline);
  Task<bool> report_is_done(ports::Feed feed, ReportCursor& report, ports::Page& page, Monotonic deadline);
  Task<http::Response> download(const ReportCursor& report, Monotonic deadline);
  Task<ports::Page> begin_listings_report(ports::Page page, Monotonic deadline);
  Task<bool> open_listings_report(const ReportCursor& at, Monotonic deadline);
  Task<ports::Page> poll_listings_report(const CursorText& from, Monotonic deadline);
  Result<ports::Page> give_up_report(ports::Feed feed, const Error& error, ports::Page page);
  Task<model::AccountHealth> read_health(const ReportCursor& report, Monotonic deadline);
  Task<ports::Page> poll_health(ports::Cursor from, Monotonic deadline);
  Task<ports::Page> poll_channel_stock(ports::Cursor from, Monotonic deadline);
  // examine.cpp
  Task<bool> try_a_write(Monotonic deadline);
  // writes.cpp
  Task<Listing> fetch_listing(std::string sku, Monotonic deadline);

  // The feed has nothing to ask for before then.
  void hold(ports::Feed feed, std::chrono::nanoseconds wait);
  Task<http::Response> call(Op op, http::Request request, Monotonic deadline);
  static Reading reading_of(const http::Response& response) { return {response.sent, response.received}; }

  Place place_;
  http::BaseUrl base_;
  std::shared_ptr<Session> session_;
  Clock& clock_;
  Logger log_;
  PollRules rules_;
  Millis backfill_;
  bool amazons_too_;  // orders and stock that Amazon fulfils
  std::vector<ports::Feed> feeds_;
  RecentShapes recent_;
  std::array<Monotonic, 8> not_before_{};   // by feed
  std::unique_ptr<ListingsReport> report_;  // being read, compressed; a restart fetches it again
  std::string report_id_;
};

}  // namespace forestall::amazon
