// SPDX-License-Identifier: Apache-2.0
// Many callers on one connection, as a state machine without I/O: requests, bytes, time and lost connections
// go in; bytes to write, answers and the wish to close come out as values.
//
//   waiting --stage()--> staged --written()--> written --received()--> done
//      |                    \____ abandoned: keeps its place, its replies are swallowed
//      +--abandon(), deadline--> done (never sent)
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "daemon/redis/reply.hpp"
#include "daemon/redis/reply_reader.hpp"

namespace forestall::redis {

// May a request be sent again when the connection broke before its answer came? GET, SET of an absolute value
// and versioned functions: harmless. INCR, XADD, LPUSH: never.
enum class Repeat : std::uint8_t { never, harmless };

struct MultiplexerLimits {
  ReplyLimits reply{};
  std::size_t queue_bytes = std::size_t{64} << 20;  // of all requests not yet answered
  std::size_t queue_requests = 1'000'000;
  std::size_t write_bytes = std::size_t{256} << 10;  // staged at once; the last request may pass it
  std::chrono::nanoseconds silence =
      std::chrono::seconds(5);  // unanswered for so long: the connection is dead
  std::chrono::nanoseconds ping_every = std::chrono::seconds(5);  // idle for so long: ask
};

struct MultiplexerCounters {
  std::uint64_t requests = 0;  // accepted
  std::uint64_t commands = 0;  // in them
  std::uint64_t replies = 0;   // given to callers, error replies among them
  std::uint64_t error_replies = 0;
  std::uint64_t abandoned = 0;        // given up by their callers
  std::uint64_t timed_out = 0;        // deadline passed; nothing sent, or harmless to repeat
  std::uint64_t outcome_unknown = 0;  // deadline passed or connection lost, and not harmless to repeat
  std::uint64_t repeated = 0;         // sent again after a lost connection
  std::uint64_t refused = 0;          // queue full or malformed
  std::uint64_t pings = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t bytes_received = 0;
};

struct Waiter;  // whoever waits for an answer; the multiplexer hands it back and never looks inside

class Multiplexer {
 public:
  using Id = std::uint64_t;

  struct Submission {
    std::string bytes{};      // complete commands
    std::size_t replies = 1;  // how many
    Monotonic deadline{};     // at this time at the latest there is an answer
    Repeat repeat = Repeat::never;
    Waiter* waiter = nullptr;
  };
  struct Answer {
    Id id = 0;
    Waiter* waiter = nullptr;
    Result<std::vector<Reply>> replies;  // as many as asked for; error replies are values here
  };
  struct Actions {
    std::vector<Answer> answers;
    std::optional<Error> close;  // the connection must be closed for this reason; then call closed()
  };
  // How much is known about what the peer got when the connection ended.
  enum class Sent : std::uint8_t {
    exactly,  // what written() was told, no byte more
    unknown,  // anything that stage() returned may have arrived
  };

  explicit Multiplexer(const MultiplexerLimits& limits = {});

  // --- callers
  // `unavailable` (may be retried) when the queue is full, `too_large` when it alone passes the limit.
  Result<Id> submit(Submission submission, Monotonic now);
  // The caller is gone: no answer will be given. What was not sent is never sent; what was keeps its place.
  void abandon(Id id);

  // --- the connection
  void opened(Monotonic now);
  // What to write next, empty if nothing. The view holds until written() or closed(); bytes already reported
  // as written are not in it.
  std::string_view stage(Monotonic now);
  void written(std::size_t bytes);
  void received(std::string_view bytes, Monotonic now, Actions& out);
  // Requests of which no byte was sent stay and wait for the next connection, so do those harmless to repeat;
  // the others get `outcome_unknown`. `why` becomes part of their errors and of those that time out waiting.
  void closed(Sent sent, const Error& why, Actions& out);

  // --- time
  void tick(Monotonic now, Actions& out);
  Monotonic next_tick() const;  // after the last tick(); Monotonic::max() when there is nothing to wait for

  // Everybody gets `why` (or `outcome_unknown` where something was sent). Nothing is accepted after that.
  void stop(const Error& why, Actions& out);

  bool connected() const { return connected_; }
  std::size_t unanswered() const { return unanswered_; }  // requests whose callers wait
  std::size_t queued_bytes() const { return queued_bytes_; }
  const MultiplexerCounters& counters() const { return counters_; }

 private:
  enum class State : std::uint8_t { waiting, staged, written, done };
  struct Entry {
    State state = State::waiting;
    Repeat repeat = Repeat::never;
    bool abandoned = false;  // nobody waits for the answer (any more)
    std::size_t expected = 1;
    std::uint64_t begin = 0;  // offsets in what was staged on this connection
    std::uint64_t end = 0;
    Monotonic deadline;
    Waiter* waiter = nullptr;
    std::string bytes;
    std::vector<Reply> got;
  };

  Entry* find(Id id);
  Id id_of(std::size_t index) const { return first_id_ + index; }
  void finish(Entry& entry);
  void drop_done();
  void answer(std::size_t index, Result<std::vector<Reply>> result, Actions& out);
  void expire(std::size_t index, Actions& out);
  void fail_reader(Error why, Actions& out);
  bool outstanding() const { return outstanding_ > 0; }

  MultiplexerLimits limits_;
  MultiplexerCounters counters_;
  ReplyReader reader_;
  std::deque<Entry> entries_;  // in the order of their answers; the waiting ones are last
  Id first_id_ = 1;
  std::size_t first_waiting_ = 0;    // index
  std::size_t first_unwritten_ = 0;  // index of the first entry that written() has not passed
  std::size_t outstanding_ = 0;      // staged or written, not done
  std::size_t unanswered_ = 0;
  std::size_t queued_bytes_ = 0;

  std::string buffer_;            // staged bytes
  std::size_t buffer_done_ = 0;   // of them written
  std::uint64_t staged_end_ = 0;  // offset past the last byte of buffer_
  std::uint64_t sent_ = 0;        // offset past the last byte known as written

  bool connected_ = false;
  bool closing_ = false;  // we have asked for it
  bool stopped_ = false;
  Monotonic progress_{};                        // last byte received, or since when an answer is owed
  Monotonic next_deadline_ = Monotonic::max();  // no caller's deadline is earlier
  std::optional<Error> last_close_;
};

}  // namespace forestall::redis
