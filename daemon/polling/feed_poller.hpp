// SPDX-License-Identifier: Apache-2.0
// Keeps one feed of one account read: rounds at its cadence, page by page from where it was left.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "connectors/http/event.hpp"
#include "daemon/polling/blind_window.hpp"
#include "daemon/polling/cadence.hpp"
#include "daemon/polling/page_applier.hpp"

namespace forestall::polling {

// What the poller of a feed tells whoever keeps its account.
struct FeedEvents {
  std::function<void()> moved{};         // a page was applied, a round ended or failed
  std::function<void()> contradicted{};  // some entities are to be read again
};

class FeedPoller {
 public:
  FeedPoller(const Tools& tools, flow::Seller& seller, flow::Account& account, ports::Feed feed,
             FeedEvents events);

  // Until cancelled.
  boost::asio::awaitable<void> run();
  // The next round begins now, `from_start` with the empty cursor.
  void ask(bool from_start);
  // Settings or the account's state changed: the cadence may be another.
  void look_again() { woken_.notify_all(); }

  ports::Feed feed() const { return feed_; }
  const FeedFigures& figures() const { return figures_; }
  // Everything was read once, in this process or an earlier one.
  bool complete() const { return figures_.last_round.has_value(); }

 private:
  boost::asio::awaitable<Monotonic> first_due();
  boost::asio::awaitable<Status> round(bool from_start);
  boost::asio::awaitable<Result<ports::Page>> ask_channel(ports::Cursor from);
  void move_watermark(Instant complete_before);
  void learn(const PageResult& page, const std::vector<bool>& first_seen);
  std::vector<bool> first_seen(const std::vector<model::Observation>& observations) const;
  void failed(const Error& error);
  FeedPlan plan() const;
  std::string round_name() const;

  Tools tools_;
  flow::Seller& seller_;
  flow::Account& account_;
  ports::Feed feed_;
  FeedEvents events_;
  Logger log_;
  FeedFigures figures_;
  PageApplier applier_;
  http::Event woken_;
  bool asked_ = false;
  bool from_start_ = false;
  // Orders were set aside: the watermark does not pass them until then.
  struct HeldBack {
    Instant below;
    Monotonic until;
  };
  std::optional<HeldBack> held_back_{};
  // Of all pages since the watermark moved last: only the last of a round says how far it is.
  struct Aside {
    bool any = false;
    bool undated = false;
    std::optional<Instant> placed{};
    void add(const PageResult& page);
  };
  Aside aside_{};
  std::optional<Instant> watching_since_{};  // orders placed after it are met by regular polling
};

}  // namespace forestall::polling
