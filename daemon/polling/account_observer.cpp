// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/account_observer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace forestall::polling {

using namespace std::chrono_literals;
using ports::Feed;

namespace {

// What must have been read once before the account may act.
constexpr std::array first_reading{Feed::order_history, Feed::listings};

std::string trouble(const FeedPoller& poller) {
  const auto& error = poller.figures().error;
  return error ? fmt::format(" ({})", error->detail) : std::string();
}

}  // namespace

AccountObserver::AccountObserver(const Tools& tools, flow::Seller& seller, flow::Account& account,
                                 std::unique_ptr<ports::Marketplace> marketplace, std::string why_not)
    : tools_(tools),
      seller_(seller),
      account_(account),
      marketplace_(std::move(marketplace)),
      blind_window_(BlindWindow::priors(account.settings.poll.orders, tools.clock.now())),
      rereader_(tools_, seller_, account_),
      log_(tools.log.with({{"seller", seller.settings.id}, {"account", account.settings.id}})) {
  account_.marketplace = marketplace_.get();
  account_.why_not = std::move(why_not);
  account_.blind_window = &blind_window_;
  if (!marketplace_) {
    log_.error("account_without_connector", {{"reason", account_.why_not}});
    return;
  }
  for (const auto feed : marketplace_->feeds())
    feeds_.emplace_back(
        tools_, seller_, account_, feed,
        FeedEvents{.moved = [this] { moved(); }, .contradicted = [this] { rereader_.ask(); }});
}

AccountObserver::~AccountObserver() {
  account_.marketplace = nullptr;
  account_.blind_window = nullptr;
  account_.why_not = "the daemon is stopping";
}

void AccountObserver::start(runtime::TaskGroup& tasks) {
  if (!marketplace_) return;
  const auto& id = account_.settings.id.str();
  for (auto& feed : feeds_)
    tasks.spawn(fmt::format("poll {} {}", id, ports::feed_name(feed.feed())), runtime::OnFailure::stop_daemon,
                feed.run());
  tasks.spawn("read again " + id, runtime::OnFailure::stop_daemon, rereader_.run());
}

void AccountObserver::reconcile(bool from_start) {
  for (auto& feed : feeds_) feed.ask(from_start);
  rereader_.ask();
}

void AccountObserver::look_again() {
  for (auto& feed : feeds_) feed.look_again();
}

const FeedPoller* AccountObserver::feed(Feed which) const {
  const auto found = std::ranges::find(feeds_, which, &FeedPoller::feed);
  return found == feeds_.end() ? nullptr : &*found;
}

void AccountObserver::moved() {
  const bool all = std::ranges::all_of(first_reading, [this](Feed which) {
    const auto* poller = feed(which);
    return poller == nullptr || poller->complete();
  });
  if (all && !account_.backfilled && !feeds_.empty()) {
    account_.backfilled = true;
    log_.notice("backfilled", {});
    look_again();
  }
  if (account_.backfilled) return;
  // A line for each tenth of the way.
  const auto* history = feed(Feed::order_history);
  const double share = backfill_share();
  if (history == nullptr || history->complete() || share < told_share_ + .1) return;
  told_share_ = share;
  log_.info("backfill", {{"share", fmt::format("{:.2f}", share)},
                         {"orders", history->figures().read_in_round},
                         {"reached", history->figures().reached ? to_string(*history->figures().reached)
                                                                : std::string("nothing yet")}});
}

double AccountObserver::backfill_share() const {
  const auto* history = feed(Feed::order_history);
  if (account_.backfilled || history == nullptr || history->complete()) return 1;
  const auto& figures = history->figures();
  if (!figures.reached) return 0;
  return share_read(*figures.reached, account_.settings.backfill,
                    figures.round_began.value_or(tools_.clock.now()));
}

std::string AccountObserver::backfill_missing() const {
  if (account_.backfilled) return {};
  if (!marketplace_) return account_.why_not;
  std::string missing;
  for (const auto which : first_reading) {
    const auto* poller = feed(which);
    if (poller == nullptr || poller->complete()) continue;
    const auto read = poller->figures().read_in_round;
    missing += missing.empty() ? "" : "; ";
    missing += which == Feed::order_history
                   ? fmt::format("reading past orders: {:.0f} %, {} so far{}", 100 * backfill_share(), read,
                                 trouble(*poller))
                   : fmt::format("reading the listings: {} so far{}", read, trouble(*poller));
  }
  return missing;
}

std::string AccountObserver::orders_missing() const {
  if (!marketplace_) return account_.why_not;
  const auto* orders = feed(Feed::orders);
  if (orders == nullptr) return {};
  if (!account_.orders_read_at) return "the orders have not been read yet" + trouble(*orders);
  const auto age = tools_.clock.now() - *account_.orders_read_at;
  const auto every = account_.settings.poll.orders * (account_.backfilled ? 1 : rarer_before_backfill);
  if (age <= 3 * every + 5min) return {};
  return fmt::format("no orders read since {}{}", to_string(*account_.orders_read_at), trouble(*orders));
}

std::string AccountObserver::clock_missing() const {
  if (!account_.skew_too_large) return {};
  const auto* skew = marketplace_ ? marketplace_->skew() : nullptr;
  const auto bounds = skew == nullptr ? std::nullopt : skew->bounds();
  return fmt::format("the channel's clock is {:.0f} s from ours: set this machine's clock",
                     bounds ? std::chrono::duration<double>(bounds->least + bounds->most).count() / 2 : 0.0);
}

void AccountObserver::check_clock(Millis most) {
  const auto* skew = marketplace_ ? marketplace_->skew() : nullptr;
  const auto bounds = skew == nullptr ? std::nullopt : skew->bounds();
  const bool too_large = bounds && (bounds->least > most || bounds->most < -most);
  if (too_large == account_.skew_too_large) return;
  account_.skew_too_large = too_large;
  if (too_large)
    log_.error("clock_skew", {{"reason", clock_missing()}, {"consequence", "nothing is written"}});
  else
    log_.notice("clock_skew_over", {});
}

}  // namespace forestall::polling
