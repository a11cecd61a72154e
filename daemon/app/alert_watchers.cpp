// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/alert_watchers.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "daemon/alerting/emit/at_risk.hpp"
#include "daemon/alerting/emit/incident.hpp"
#include "daemon/alerting/emit/state.hpp"
#include "daemon/app/stock_outlook.hpp"

namespace forestall::app {
namespace {

using alerting::AlertKind;
using alerting::Inbox;
using namespace std::chrono_literals;

constexpr std::size_t most_orders = 1000;  // told of, the most urgent first
// Of the world: what lasts for less is not worth a word (a start, a file that is being replaced).
constexpr Millis silent_for = 2min;
constexpr Millis orders_silent_for = 30min;

class Watchers {
 public:
  Watchers(Context& context, std::shared_ptr<flow::Flow> flow,
           std::function<acting::SellerActs*(std::string_view)> acting,
           const std::deque<orders::OrderDesk>& desks)
      : context_(context),
        flow_(std::move(flow)),
        acting_(std::move(acting)),
        desks_(desks),
        outlook_(context) {
    flow_->listen([this](const flow::Fresh& fresh) { heard(fresh); });
  }

  void look(Inbox& inbox) {
    const auto now = context_.clock.now();
    for (auto& seller : flow_->sellers()) {
      if (!seller.open || seller.ledger == nullptr) continue;
      breakers(inbox, seller);
      sources(inbox, seller, now);
      for (const auto* account : seller.accounts) {
        unread_orders(inbox, seller, *account, now);
        credential(inbox, seller, *account, now);
      }
    }
  }

  // One desk's orders, or a slice of one seller's stock; true while there may be more.
  bool look_at_some(Inbox& inbox) {
    for (const auto& desk : desks_)
      if (orders_of(inbox, desk)) return true;
    auto& sellers = flow_->sellers();
    for (std::size_t n = 0; n < sellers.size(); ++n) {
      auto& seller = sellers[next_seller_++ % sellers.size()];
      if (!seller.open || seller.ledger == nullptr) continue;
      auto* const acts = acting_(seller.settings.id.str());
      if (acts == nullptr || !acts->open()) continue;
      if (outlook_.look(inbox, seller, acts->floor().beliefs.model())) return true;
    }
    return false;
  }

 private:
  // What the desk found the last time it looked: its own turns are short, and it knows parcels and requests.
  // False: there is nothing new.
  bool orders_of(Inbox& inbox, const orders::OrderDesk& desk) {
    const auto& settings = desk.seller().settings;
    const auto& looked = desk.last_look();
    if (!desk.seller().open || desk.seller().ledger == nullptr || !desk.loaded() || looked.at == Instant{})
      return false;
    if (std::exchange(told_of_[settings.id], looked.at) == looked.at) return false;
    const auto& zone = settings.time_zone;
    std::vector<alerting::Alert> alerts, incidents;
    for (const auto& flag : looked.flags) {
      if (alerts.size() == most_orders) break;
      auto& alert = alerts.emplace_back(alerting::alert_of(flag, settings.id, zone, looked.at));
      for (const auto& incident : looked.incidents)
        if (alerting::speaks_for(incident, flag.account, flag.order))
          alert.labels.emplace_back(alerting::carrier_label, incident.carrier);
    }
    for (const auto& incident : looked.incidents)
      incidents.push_back(alerting::alert_of(incident, settings.id, zone, looked.at));
    inbox.all({settings.id, AlertKind::carrier_incident, {}}, std::move(incidents));
    inbox.all({settings.id, AlertKind::order_at_risk, {}}, std::move(alerts));
    return true;
  }

  void breakers(Inbox& inbox, const flow::Seller& seller) const {
    auto* const acts = acting_(seller.settings.id.str());
    // Whether it was open is known once the journal is.
    if (acts == nullptr || !acts->open()) return;
    std::vector<alerting::Alert> open;
    for (const auto& desk : acts->floor().desks)
      if (!desk.tripped.empty())
        open.push_back(alerting::breaker_alert(seller.settings.id, desk.id(), desk.tripped));
    inbox.all({seller.settings.id, AlertKind::breaker, {}}, std::move(open));
  }

  // Since when it is so; forgets what is so no more.
  bool lasts(const std::string& what, bool holds, Instant now, Millis least) {
    if (!holds) {
      since_.erase(what);
      return false;
    }
    const auto since = since_.try_emplace(what, now).first->second;
    return now - since >= least;
  }

  void sources(Inbox& inbox, const flow::Seller& seller, Instant now) {
    for (const auto& source : seller.sources) {
      const auto& id = seller.settings.id;
      const auto key = id.str() + " " + source.id.str();
      const bool silent = lasts(key, !source.why.empty() && !source.doubted, now, silent_for);
      const auto stale = alerting::source_alert(id, source.id.str(), source.why, false);
      const auto doubtful = alerting::source_alert(id, source.id.str(), source.why, true);
      if (silent)
        inbox.raise(stale);
      else if (source.why.empty() || source.doubted)
        inbox.resolve(stale.identity);
      if (source.doubted)
        inbox.raise(doubtful);
      else
        inbox.resolve(doubtful.identity);
    }
  }

  void unread_orders(Inbox& inbox, const flow::Seller& seller, const flow::Account& account, Instant now) {
    if (account.marketplace != nullptr &&
        std::ranges::find(account.marketplace->feeds(), ports::Feed::orders) ==
            account.marketplace->feeds().end())
      return;
    const auto& id = seller.settings.id;
    const auto key = "orders of " + id.str() + " " + account.settings.id.str();
    const bool never = !account.orders_read_at;
    // After a start in the middle of an outage as well: counted from the first look.
    if (!never) since_.erase(key);
    const auto since = never ? since_.try_emplace(key, now).first->second : *account.orders_read_at;
    const auto alert =
        alerting::orders_unread_alert(id, account.settings.id, since, never, seller.settings.time_zone, now);
    const auto most = std::max<Millis>(orders_silent_for, 10 * account.settings.poll.orders);
    if (now - since > most)
      inbox.raise(alert);
    else if (!never)
      inbox.resolve(alert.identity);
  }

  static void credential(Inbox& inbox, const flow::Seller& seller, const flow::Account& account,
                         Instant now) {
    const auto& settings = account.settings;
    const auto& zone = seller.settings.time_zone;
    if (!settings.credential_until) return;
    auto alert =
        alerting::credential_alert(seller.settings.id, settings.id, *settings.credential_until, zone, now);
    if (zone.end_of_day(*settings.credential_until) - now <= alerting::credential_notice)
      inbox.raise(std::move(alert));
    else
      inbox.resolve(std::move(alert.identity));
  }

  void heard(const flow::Fresh& fresh) {
    const auto& seller = fresh.seller.settings.id;
    for (const auto& sku : fresh.applied.skus) {
      if (sku.pool != model::Pool::own) continue;
      const auto key = seller.str() + " " + sku.sku;
      if (sku.certainty == model::Certainty::suspect) {
        outlook_.doubted(fresh.seller, sku.sku);
        if (suspects_.size() < most_suspects && suspects_.insert(key).second)
          context_.alerts.raise(alerting::suspect_sku_alert(seller, sku.sku));
      } else if (suspects_.erase(key) > 0) {
        context_.alerts.resolve(alerting::suspect_sku_alert(seller, sku.sku).identity);
      }
    }
  }

  static constexpr std::size_t most_suspects = 10'000;

  Context& context_;
  std::shared_ptr<flow::Flow> flow_;
  std::function<acting::SellerActs*(std::string_view)> acting_;
  const std::deque<orders::OrderDesk>& desks_;
  StockOutlook outlook_;
  std::size_t next_seller_ = 0;
  std::map<SellerId, Instant> told_of_;  // the look that was told of
  std::map<std::string, Instant> since_;
  std::set<std::string>
      suspects_;  // told of here; what was in doubt before the start is settled by the outlook
};

}  // namespace

void add_alert_watchers(Context& context, std::shared_ptr<flow::Flow> flow,
                        std::function<acting::SellerActs*(std::string_view seller)> acting,
                        const std::deque<orders::OrderDesk>& desks) {
  const auto self = std::make_shared<Watchers>(context, std::move(flow), std::move(acting), desks);
  context.alerts.watch([self](Inbox& inbox) { self->look(inbox); });
  context.alerts.watch_in_slices([self](Inbox& inbox) { return self->look_at_some(inbox); });
}

}  // namespace forestall::app
