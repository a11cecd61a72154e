// SPDX-License-Identifier: Apache-2.0
// Everything that tells people of one seller's alerts: takes what parts raise, keeps it in Redis, decides who
// is told, has it carried, and does what persons ask for.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "connectors/http/event.hpp"
#include "daemon/alerting/inbox.hpp"
#include "daemon/alerting/postman.hpp"
#include "daemon/alerting/store.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::alerting {

// What a feed brought, and where it is to go on: both are stored in one step, so nothing of it is told twice
// or never, whenever the daemon dies.
struct Fed {
  std::vector<News> news{};
  std::string place{};  // empty: as it was
};
// Reads on from a place; from the end of what there is where the place is empty.
using Feed = std::function<boost::asio::awaitable<Result<Fed>>(std::string place)>;

struct SellerAlertsPorts {
  flow::Seller& seller;
  redis::Client& redis;
  Inbox& inbox;
  boost::asio::any_io_executor executor;
  Clock& clock;    // the world's: since when, quiet hours, repeats
  Clock& machine;  // deadlines, pauses, Redis
  Random& random;  // of the machine
  Logger log;
  // A sink of the configuration, or why there is none.
  std::function<Result<std::unique_ptr<ports::Notifier>>(const config::NotifySettings&)> make_sink;
  std::function<InhibitFacts()> inhibit_facts;
  std::map<std::string, Feed> feeds{};
  std::string link{};
  std::chrono::nanoseconds send_timeout = std::chrono::seconds(60);
};

// Use from the loop's thread only.
class SellerAlerts {
 public:
  SellerAlerts(SellerAlertsPorts ports, std::vector<config::NotifySettings> sinks);

  boost::asio::awaitable<void> run();  // until cancelled
  // Begins no other attempt to send. To stop many side by side: this of all of them first.
  void begin_stop();
  // begin_stop(); lets calls under way end as far as `patience` goes, stores what is known if that takes no
  // longer, or a moment.
  boost::asio::awaitable<void> stop(std::chrono::nanoseconds patience);
  void adopt(std::vector<config::NotifySettings> sinks);
  void wake();

  bool open() const { return opened_; }
  const SellerId& seller() const { return ports_.seller.settings.id; }
  const State& state() const { return state_; }
  const std::deque<Postman>& postmen() const { return postmen_; }
  // For one turn of the loop.
  Explainer explainer() const { return {state_, facts()}; }

  // --- what persons ask for; stored when it returns; unavailable while this is not open ---
  // By the first digits of their ids. not_found names the first that nothing stands for; then nothing is
  // done.
  boost::asio::awaitable<Result<std::vector<std::string>>> acknowledge(std::vector<std::string> which,
                                                                       std::string who);
  // `wish`: what to silence and why; its alert may be the first digits of an id.
  boost::asio::awaitable<Result<Silence>> snooze(Silence wish, Millis length);
  boost::asio::awaitable<Status> unsnooze(std::string id);
  boost::asio::awaitable<Result<std::vector<LogLine>>> history(std::size_t most);
  // A message that says that it is one, to one sink.
  boost::asio::awaitable<Status> send_test(std::string sink, std::string who);

 private:
  boost::asio::awaitable<Status> load();
  // False: what is in memory may not be what is stored any more.
  boost::asio::awaitable<bool> pass();
  boost::asio::awaitable<void> take(News news);
  boost::asio::awaitable<Round> round(const RoundFacts& facts);
  boost::asio::awaitable<void> let_others_run();
  boost::asio::awaitable<Status> take_feeds();
  boost::asio::awaitable<Status> write_book(bool texts);
  boost::asio::awaitable<Status> write_round(Round round);
  boost::asio::awaitable<bool> settle(Message message, Next next);
  boost::asio::awaitable<void> wait(std::optional<Instant> until);
  void hire();
  boost::asio::awaitable<Status> tidy();
  boost::asio::awaitable<Status> give_up_unsendable();
  Postman* postman_of(std::string_view sink);
  RoundFacts facts() const;
  std::string new_id();

  SellerAlertsPorts ports_;
  std::vector<config::NotifySettings> sinks_;
  Store store_;
  State state_;
  std::map<std::string, std::string, std::less<>> places_, places_stored_;
  std::deque<Postman> postmen_;
  runtime::TaskGroup tasks_;
  http::Event woken_;
  bool wake_pending_ = false;
  bool opened_ = false;
  bool stopping_ = false;
  Instant reworded_at_{}, tidied_at_{};
  std::string token_{};  // of the lease under which it was read
};

}  // namespace forestall::alerting
