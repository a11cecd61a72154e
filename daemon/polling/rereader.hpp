// SPDX-License-Identifier: Apache-2.0
// Reads again what contradicts itself: orders and listings of one account of which the ledger was told two
// things at one version.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <string>

#include "connectors/http/event.hpp"
#include "daemon/polling/page_applier.hpp"

namespace forestall::polling {

class Rereader {
 public:
  Rereader(const Tools& tools, flow::Seller& seller, flow::Account& account);

  boost::asio::awaitable<void> run();  // until cancelled
  void ask() {
    asked_ = true;
    woken_.notify_all();
  }

  std::size_t waiting() const { return tried_.size(); }  // entities that are still contradicted
  const FeedFigures& figures() const { return figures_; }

 private:
  struct Tried {
    unsigned times = 0;
    Monotonic again{};  // not before
    bool still = false;
  };
  boost::asio::awaitable<Status> pass();
  boost::asio::awaitable<Status> read(Doubtful entity);

  Tools tools_;
  flow::Seller& seller_;
  flow::Account& account_;
  Logger log_;
  FeedFigures figures_;
  PageApplier applier_;
  http::Event woken_;
  bool asked_ = false;
  std::map<std::string, Tried> tried_;
};

}  // namespace forestall::polling
