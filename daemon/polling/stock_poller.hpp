// SPDX-License-Identifier: Apache-2.0
// Keeps one stock source read, and knows how old its last word is.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>

#include "config/settings/stock.hpp"
#include "connectors/http/event.hpp"
#include "connectors/ports/stock_source.hpp"
#include "daemon/polling/page_applier.hpp"

namespace forestall::polling {

class StockPoller {
 public:
  // `source` null: none could be made, `why_not` says why; then the poller only tells.
  StockPoller(const Tools& tools, flow::Seller& seller, config::StockSettings settings,
              std::unique_ptr<ports::StockSource> source, std::string why_not, std::function<void()> moved);

  // What was known before is compared with what is read: of a source that alone speaks for its pool the
  // mirror knows it; of one among several the records, which hold what each of them said.
  void speaks_for(model::Pool pool, bool alone) { ground_ = {pool, alone}; }

  boost::asio::awaitable<void> run();  // until cancelled
  void ask(bool from_start);
  // A person says that the reading is true: the next one is taken as it is.
  void accept_zeros() {
    accept_zeros_ = true;
    ask(false);
  }
  // The last reading cannot be believed as a whole; it was not taken.
  bool doubted() const { return doubted_; }
  void adopt(config::StockSettings settings) { settings_ = std::move(settings); }

  const config::StockSettings& settings() const { return settings_; }
  const FeedFigures& figures() const { return figures_; }
  const std::string& why_not() const { return why_not_; }
  // The latest time of truth that the source ever stated; survives a restart.
  std::optional<Instant> true_at() const { return true_at_; }
  // It was never heard of, or said nothing newer for stale_after.
  bool stale(Instant now) const { return !true_at_ || now - *true_at_ > settings_.stale_after; }

 private:
  boost::asio::awaitable<Status> round(bool from_start);
  boost::asio::awaitable<void> recall();
  boost::asio::awaitable<Status> look_over(ports::Page& page, FeedWatch& watch);
  boost::asio::awaitable<Result<std::vector<ports::NamedSku>>> named_before();
  void failed(const Error& error);
  std::string truth_name() const { return applier_.cursor_name() + " truth"; }

  Tools tools_;
  flow::Seller& seller_;
  config::StockSettings settings_;
  std::unique_ptr<ports::StockSource> source_;
  std::string why_not_;
  std::function<void()> moved_;
  Logger log_;
  FeedFigures figures_;
  PageApplier applier_;
  http::Event woken_;
  bool asked_ = false;
  bool from_start_ = false;
  std::optional<Instant> true_at_{};
  struct Ground {
    model::Pool pool;
    bool alone;
  };
  std::optional<Ground> ground_{};
  std::size_t named_ = 0;  // SKUs that one source among several ever named
  // SKUs whose unexplained zero was taken from the reading that is under way: its pages are taken one by one,
  // and each failure begins a new round of the same reading.
  std::unordered_set<std::string> zeroed_{};
  bool accept_zeros_ = false;
  bool doubted_ = false;
};

}  // namespace forestall::polling
