// SPDX-License-Identifier: Apache-2.0
// Walks all listings of a seller now and then and keeps the result: for the console, the API and the metrics.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <optional>

#include "daemon/acting/seller_acts.hpp"
#include "daemon/app/context.hpp"
#include "daemon/console/survey.hpp"

namespace forestall::app {

class SurveyKeeper {
 public:
  SurveyKeeper(Context& context, acting::SellerActs& acts) : context_(context), acts_(acts) {}

  // Until cancelled. A walk takes at most one part in fifty of the loop's time.
  boost::asio::awaitable<void> run();
  // Somebody looks: every few seconds instead of every half minute.
  void watched(bool now) { watched_ = now; }

  boost::json::object json(std::size_t most) const;
  boost::json::object summary() const;
  void collect(metrics::Page& page) const;

 private:
  boost::asio::awaitable<void> walk();
  std::chrono::nanoseconds pause() const;  // until the next walk

  Context& context_;
  acting::SellerActs& acts_;
  console::SurveyResult latest_;
  std::optional<Instant> at_;
  std::chrono::nanoseconds took_{};
  bool watched_ = false;
};

}  // namespace forestall::app
