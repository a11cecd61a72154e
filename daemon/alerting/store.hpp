// SPDX-License-Identifier: Apache-2.0
// The alerts of one seller in Redis: read once, then written in steps that hold as a whole or not at all,
// fenced by the lease of the seller's ledger.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "daemon/alerting/round.hpp"
#include "daemon/redis/client.hpp"

namespace forestall::alerting {

// What is written together.
class Step {
 public:
  Step& put(const Standing& standing) { return row("alert", standing.id, encode(standing)); }
  Step& put(const Message& message) { return row("alert_outbox", message.id(), encode(message)); }
  Step& put(const Silence& silence) { return row("alert_silence", silence.id, encode(silence)); }
  Step& put_told(std::string_view sink, std::string_view group, const Told& told);
  Step& put_place(std::string_view feed, std::string_view place) { return row("alert_place", feed, place); }
  Step& drop_standing(std::string_view id) { return row("alert", id, ""); }
  Step& drop_message(std::string_view id) { return row("alert_outbox", id, ""); }
  Step& drop_silence(std::string_view id) { return row("alert_silence", id, ""); }
  Step& drop_told(std::string_view sink, std::string_view group);
  // A line of the history: what happened ("sent"), and the particulars as JSON.
  Step& log(std::string_view what, std::string_view text) { return row("log", what, text); }

  bool empty() const { return rows_.empty(); }
  const std::vector<std::string>& rows() const { return rows_; }

 private:
  Step& row(std::string_view hash, std::string_view field, std::string_view value);
  std::vector<std::string> rows_;
};

struct StoreOptions {
  SellerId seller{};
  std::function<std::string()> lease_token{};
  std::chrono::nanoseconds call_timeout = std::chrono::seconds(5);
  Millis keep_log = std::chrono::days(120);
  std::uint64_t most_log = 50'000;
};

struct Loaded {
  State state{};
  std::map<std::string, std::string, std::less<>> places{};
  // Records that could not be read: reported, left where they are.
  std::vector<Error> unreadable{};
};

struct LogLine {
  Instant at{};
  std::string what{};
  std::string text{};
};

class Store {
 public:
  Store(redis::Client& redis, Clock& clock, StoreOptions options);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Loads the library, checks the schema, reads everything. `conflict`: somebody else holds the lease.
  boost::asio::awaitable<Result<Loaded>> open();
  // May be repeated. `conflict`: somebody else holds the lease, nothing was written.
  boost::asio::awaitable<Status> write(Step step);
  // The newest lines first.
  boost::asio::awaitable<Result<std::vector<LogLine>>> history(std::size_t most);

 private:
  redis::Request begin(std::string_view function, std::size_t words) const;
  boost::asio::awaitable<Result<redis::Reply>> call(redis::Request request);
  boost::asio::awaitable<Status> read_hash(std::string_view name,
                                           std::function<Status(std::string_view, std::string_view)> take);
  std::string key(std::string_view name) const { return prefix_ + ":" + std::string(name); }

  redis::Client& redis_;
  Clock& clock_;
  StoreOptions options_;
  std::string prefix_;
};

}  // namespace forestall::alerting
