// SPDX-License-Identifier: Apache-2.0
// Keeps the open parcels of one [[carrier]] asked about, within its limits, and takes what it pushes.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/settings/carrier.hpp"
#include "connectors/http/event.hpp"
#include "connectors/ports/carrier.hpp"
#include "daemon/parcels/parcel_book.hpp"
#include "daemon/polling/page_applier.hpp"

namespace forestall::polling {

// The parcels of one seller whom the carrier may tell of.
struct ParcelSeller {
  flow::Seller& seller;
  parcels::ParcelBook& book;
};

class CarrierPoller {
 public:
  // `carrier` null: none could be made, `why_not` says why; then the poller only tells.
  CarrierPoller(const Tools& tools, std::vector<ParcelSeller> sellers, config::CarrierSettings settings,
                std::unique_ptr<ports::Carrier> carrier, std::string why_not);

  boost::asio::awaitable<void> run();  // until cancelled
  void adopt(config::CarrierSettings settings);

  // What the carrier pushed to us. unauthenticated where it is not signed as agreed; otherwise the number of
  // parcels that it told of and somebody asked about. What may belong to an earlier parcel of the same number
  // is not taken: the carrier is asked instead.
  boost::asio::awaitable<Result<std::size_t>> pushed(std::vector<std::pair<std::string, std::string>> headers,
                                                     std::string body);

  const config::CarrierSettings& settings() const { return settings_; }
  const FeedFigures& figures() const { return figures_; }
  const std::string& why_not() const { return why_not_; }
  std::size_t waiting(Instant now) const;  // parcels that are due
  std::uint64_t calls() const { return calls_; }
  std::uint64_t pushes() const { return pushes_; }

 private:
  struct Seat {
    ParcelSeller of;
    std::size_t server;
    std::unique_ptr<PageApplier> applier;
  };
  boost::asio::awaitable<Status> round();
  boost::asio::awaitable<Status> ask(Seat& seat, std::vector<ports::Parcel> parcels);
  Monotonic next_look() const;
  Seat* most_pressing(Instant now);
  void failed(const Error& error);

  Tools tools_;
  config::CarrierSettings settings_;
  std::unique_ptr<ports::Carrier> carrier_;
  std::string why_not_;
  Logger log_;
  FeedFigures figures_;
  std::vector<Seat> seats_;
  http::Event woken_;
  std::uint64_t calls_ = 0, pushes_ = 0;
};

}  // namespace forestall::polling
