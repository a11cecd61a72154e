// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/polling_status.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <type_traits>

namespace forestall::app {
namespace {

namespace json = boost::json;
using polling::Leg;

template <class T>
std::string_view word_of(T value) {
  for (const auto& [word, meaning] : config::words(std::type_identity<T>{}))
    if (meaning == value) return word;
  return "";
}

json::value or_null(std::optional<Instant> instant) {
  return instant ? json::value(to_string(*instant)) : json::value(nullptr);
}
double seconds(Millis span) { return std::chrono::duration<double>(span).count(); }

void add_figures(json::object& to, const polling::FeedFigures& f) {
  to["last_success"] = or_null(f.last_success);
  to["last_round"] = or_null(f.last_round);
  to["rounds"] = f.rounds;
  to["pages"] = f.pages;
  to["observations"] = f.observations;
  to["applied"] = f.applied;
  to["set_aside"] = f.set_aside;
  to["failures"] = f.failures;
  to["error"] = f.error ? json::value(to_string(*f.error)) : json::value(nullptr);
  to["failing_since"] = or_null(f.failing_since);
}

json::object quantiles_of(const polling::BlindWindow& window, std::optional<Leg> leg) {
  const auto q = [&](double share) {
    return seconds(leg ? window.quantile(*leg, share) : window.quantile(share));
  };
  json::object all{{"p50", q(.5)}, {"p95", q(.95)}};
  if (leg) all["measured"] = window.measured(*leg);
  return all;
}

}  // namespace

json::object status_of(const polling::AccountObserver& observer) {
  const auto& account = observer.account();
  const auto& settings = account.settings;
  const auto& window = observer.blind_window();
  json::array feeds;
  std::uint64_t failures = 0;
  json::value error(nullptr);
  for (const auto& poller : observer.feeds()) {
    json::object feed{{"feed", ports::feed_name(poller.feed())}};
    add_figures(feed, poller.figures());
    failures += poller.figures().failures;
    if (poller.figures().error && error.is_null()) error = json::value(to_string(*poller.figures().error));
    feeds.push_back(std::move(feed));
  }
  if (account.marketplace == nullptr) error = json::value(account.why_not);
  const auto* history = observer.feed(ports::Feed::order_history);
  const auto* listings = observer.feed(ports::Feed::listings);
  return {{"id", settings.id.str()},
          {"seller", settings.seller.str()},
          {"kind", settings.kind},
          {"mode", word_of(settings.mode)},
          {"writes", word_of(settings.writes)},
          {"connected", account.marketplace != nullptr},
          {"orders_read_at", or_null(account.orders_read_at)},
          {"orders_complete_before", or_null(account.orders_complete_before)},
          {"listings_read_at", or_null(account.listings_read_at)},
          {"backfill",
           {{"done", account.backfilled},
            {"share", observer.backfill_share()},
            {"orders", history == nullptr ? 0 : history->figures().observations},
            {"listings", listings == nullptr ? 0 : listings->figures().observations}}},
          {"blind_window_seconds",
           {{"total", quantiles_of(window, {})},
            {"placed_to_seen", quantiles_of(window, Leg::placed_to_seen)},
            {"seen_to_sent", quantiles_of(window, Leg::seen_to_sent)},
            {"sent_to_live", quantiles_of(window, Leg::sent_to_live)}}},
          {"clock_agrees", !account.skew_too_large},
          {"contradicted", observer.rereader().waiting()},
          {"failures", failures},
          {"error", std::move(error)},
          {"feeds", std::move(feeds)}};
}

json::object status_of(const polling::StockPoller& poller, const SellerId& seller, Instant now) {
  json::object source{{"source", poller.settings().id.str()},
                      {"seller", seller.str()},
                      {"location", poller.settings().location.str()},
                      {"true_at", or_null(poller.true_at())},
                      {"stale", poller.stale(now)},
                      {"suspect", poller.doubted()}};
  add_figures(source, poller.figures());
  if (!poller.why_not().empty()) source["error"] = poller.why_not();
  return source;
}

}  // namespace forestall::app
