// SPDX-License-Identifier: Apache-2.0
// Where every part of the daemon puts its alerts. Costs its callers nothing but memory: what becomes of an
// alert (grouped, silenced, sent, tried again) is daemon/alerting's business.
//
//   context.alerts.raise({.identity = {seller, AlertKind::budget, account, "week"},
//                         .severity = Severity::urgent, .hard = true,
//                         .headline = "2 cancellations left until Sunday",
//                         .first = "Ship what can be shipped; cancel nothing before Sunday.",
//                         .numbers = {"11 of 13 used in 7 days", "the oldest rolls out on Fri 27 Nov"}});
//   context.alerts.resolve({seller, AlertKind::budget, account, "week"});
//
// Or by level, like metrics: a watcher says from time to time all that stands, the rest is over.
//
//   context.alerts.watch([self](alerting::Inbox& inbox) {
//     inbox.all({seller, AlertKind::carrier_incident}, self->incidents());
//   });
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/alerting/alert.hpp"

namespace forestall::alerting {

// All alerts of a kind of a seller; of one account where it is given.
struct Scope {
  SellerId seller{};
  AlertKind kind = AlertKind::shortfall;
  AccountId account{};  // empty: of every account, and of none
  bool holds(const Identity& identity) const {
    return identity.seller == seller && identity.kind == kind &&
           (account.empty() || identity.account == account);
  }
};

struct Raised {
  Alert alert;
};
struct Resolved {
  Identity identity;
};
// These stand; whatever else stands in the scope is over.
struct AllOf {
  Scope scope;
  std::vector<Alert> alerts;
};
using News = std::variant<Raised, Resolved, AllOf>;
const SellerId& seller_of(const News& news);

// Use from the loop's thread only.
class Inbox {
 public:
  // Waits in memory until it is stored (milliseconds, while Redis answers); of one identity or scope only the
  // last word. More than `most` of a seller are not kept: what is raised then is counted as dropped. A
  // watcher says it again.
  explicit Inbox(std::size_t most = 20'000) : most_(most) {}

  void raise(Alert alert);
  void resolve(Identity identity);
  void all(Scope scope, std::vector<Alert> alerts);
  // `look` is called every few seconds, and before the daemon's first message, with this inbox.
  void watch(std::function<void(Inbox&)> look) { watchers_.push_back(std::move(look)); }
  // What looks at too much for one turn: `some` does a slice, at most a part of a turn long, and says whether
  // there is more to do now. It is called again soon while there is, else with the next look.
  void watch_in_slices(std::function<bool(Inbox&)> some) { sliced_.push_back(std::move(some)); }

  // --- for daemon/alerting ---
  void look();
  bool look_at_some_more();  // a slice of each; true while one of them has more to do
  // Everything about one seller, in the order of the last words; the rest stays.
  std::vector<News> take(const SellerId& seller);
  // Something came in.
  void on_news(std::function<void()> told) { told_ = std::move(told); }
  std::uint64_t dropped() const { return dropped_; }
  std::size_t waiting() const;

 private:
  // An identity, or a scope under a word that is no identity's.
  using Subject = std::pair<bool, Identity>;
  struct Queue {  // of one seller
    std::list<News> news{};
    std::map<Subject, std::list<News>::iterator> last{};
    std::size_t weight = 0;
  };
  void put(Subject subject, News news);

  std::size_t most_;
  std::uint64_t dropped_ = 0;
  std::map<SellerId, Queue> queues_;
  std::vector<std::function<void(Inbox&)>> watchers_;
  std::vector<std::function<bool(Inbox&)>> sliced_;
  std::function<void()> told_;
};

}  // namespace forestall::alerting
