// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/multiplexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "config/base/time.hpp"

namespace forestall::redis {

namespace {

constexpr std::string_view ping = "*1\r\n$4\r\nPING\r\n";

std::string text_of(std::chrono::nanoseconds length) {
  return duration_text(std::chrono::ceil<Millis>(length));
}

}  // namespace

Multiplexer::Multiplexer(const MultiplexerLimits& limits) : limits_(limits), reader_(limits.reply) {}

Result<Multiplexer::Id> Multiplexer::submit(Submission submission, Monotonic now) {
  const auto refuse = [&](auto error) {
    ++counters_.refused;
    return error;
  };
  if (stopped_) return refuse(fail(ErrorCode::cancelled, "the client is stopping"));
  if (submission.bytes.empty() || submission.replies == 0)
    return refuse(fail(ErrorCode::invalid_argument, "an empty request"));
  if (submission.bytes.size() > limits_.queue_bytes)
    return refuse(fail(ErrorCode::too_large, fmt::format("a request of {} bytes (limit {})",
                                                         submission.bytes.size(), limits_.queue_bytes)));
  if (queued_bytes_ + submission.bytes.size() > limits_.queue_bytes ||
      entries_.size() >= limits_.queue_requests)
    return refuse(fail_retryable(
        ErrorCode::unavailable,
        fmt::format("the queue is full ({} requests, {} bytes)", entries_.size(), queued_bytes_)));
  if (submission.deadline <= now)
    return refuse(fail_retryable(ErrorCode::timeout, "the deadline has passed"));
  ++counters_.requests;
  counters_.commands += submission.replies;
  next_deadline_ = std::min(next_deadline_, submission.deadline);
  queued_bytes_ += submission.bytes.size();
  ++unanswered_;
  Entry entry;
  entry.repeat = submission.repeat;
  entry.expected = submission.replies;
  entry.deadline = submission.deadline;
  entry.waiter = submission.waiter;
  entry.bytes = std::move(submission.bytes);
  entries_.push_back(std::move(entry));
  return id_of(entries_.size() - 1);
}

Multiplexer::Entry* Multiplexer::find(Id id) {
  if (id < first_id_ || id - first_id_ >= entries_.size()) return nullptr;
  return &entries_[id - first_id_];
}

// Frees what the entry holds. It stays in the queue as done until it comes to the front.
void Multiplexer::finish(Entry& entry) {
  if (entry.state == State::staged || entry.state == State::written) --outstanding_;
  queued_bytes_ -= entry.bytes.size();
  entry.bytes = {};
  entry.got = {};
  entry.state = State::done;
}

void Multiplexer::drop_done() {
  while (!entries_.empty() && entries_.front().state == State::done) {
    entries_.pop_front();
    ++first_id_;
    if (first_waiting_ > 0) --first_waiting_;
    if (first_unwritten_ > 0) --first_unwritten_;
  }
}

void Multiplexer::answer(std::size_t index, Result<std::vector<Reply>> result, Actions& out) {
  --unanswered_;
  out.answers.push_back(Answer{id_of(index), entries_[index].waiter, std::move(result)});
}

void Multiplexer::abandon(Id id) {
  Entry* entry = find(id);
  if (entry == nullptr || entry->state == State::done || entry->abandoned) return;
  ++counters_.abandoned;
  --unanswered_;
  entry->abandoned = true;
  entry->got = {};
  if (entry->state == State::waiting) {
    finish(*entry);
    drop_done();
  }
}

void Multiplexer::opened(Monotonic now) {
  assert(!connected_);
  reader_ = ReplyReader(limits_.reply);
  buffer_.clear();
  buffer_done_ = 0;
  staged_end_ = sent_ = 0;
  connected_ = true;
  closing_ = false;
  progress_ = now;
}

std::string_view Multiplexer::stage(Monotonic now) {
  if (!connected_) return {};
  if (buffer_done_ < buffer_.size()) return std::string_view(buffer_).substr(buffer_done_);
  buffer_.clear();
  buffer_done_ = 0;
  if (first_waiting_ < entries_.size() && !outstanding()) progress_ = now;
  for (; first_waiting_ < entries_.size() && buffer_.size() < limits_.write_bytes; ++first_waiting_) {
    Entry& entry = entries_[first_waiting_];
    if (entry.state != State::waiting) continue;
    entry.state = State::staged;
    ++outstanding_;
    entry.begin = staged_end_;
    staged_end_ += entry.bytes.size();
    entry.end = staged_end_;
    buffer_ += entry.bytes;
  }
  return buffer_;
}

void Multiplexer::written(std::size_t bytes) {
  assert(bytes <= buffer_.size() - buffer_done_);
  buffer_done_ += bytes;
  sent_ += bytes;
  counters_.bytes_written += bytes;
  for (; first_unwritten_ < first_waiting_; ++first_unwritten_) {
    Entry& entry = entries_[first_unwritten_];
    if (entry.state != State::staged) continue;  // done already, its answer was faster than this call
    if (entry.end > sent_) return;
    entry.state = State::written;
    if (entry.repeat == Repeat::never || entry.abandoned) {  // will not be sent again
      queued_bytes_ -= entry.bytes.size();
      entry.bytes = {};
    }
  }
}

void Multiplexer::received(std::string_view bytes, Monotonic now, Actions& out) {
  if (!connected_ || closing_) return;
  counters_.bytes_received += bytes.size();
  progress_ = now;
  reader_.feed(bytes);
  while (true) {
    auto next = reader_.next();
    if (!next) {
      fail_reader(std::move(next).error(), out);
      return;
    }
    if (!*next) return;
    drop_done();
    // Entries done out of turn stand only among the waiting: the front one is whose turn it is.
    if (first_waiting_ == 0) {
      closing_ = true;
      out.close =
          Error{ErrorCode::parse, false, fmt::format("a reply nobody asked for: {}", (*next)->describe(80))};
      return;
    }
    Entry& entry = entries_.front();
    --entry.expected;
    if (entry.abandoned) {
      if (entry.expected == 0) finish(entry);
      continue;
    }
    ++counters_.replies;
    if ((*next)->is_error()) ++counters_.error_replies;
    entry.got.push_back(std::move(**next));
    if (entry.expected > 0) continue;
    auto got = std::move(entry.got);
    finish(entry);
    answer(0, std::move(got), out);
  }
}

// The caller whose reply cannot be read is answered here: asking again would only break the next connection
// too.
void Multiplexer::fail_reader(Error why, Actions& out) {
  drop_done();
  if (first_waiting_ > 0 && !entries_.front().abandoned) {
    const bool harmless = entries_.front().repeat == Repeat::harmless;
    finish(entries_.front());
    if (!harmless) ++counters_.outcome_unknown;
    answer(0,
           harmless ? std::unexpected(why)
                    : fail(ErrorCode::outcome_unknown,
                           fmt::format("sent, its answer cannot be read: {}", why.detail)),
           out);
  }
  closing_ = true;
  out.close = std::move(why);
}

void Multiplexer::closed(Sent sent, const Error& why, Actions& out) {
  last_close_ = why;
  if (!connected_) return;
  connected_ = false;
  const std::uint64_t reached = sent == Sent::exactly ? sent_ : staged_end_;
  for (std::size_t i = 0; i < first_waiting_; ++i) {
    Entry& entry = entries_[i];
    if (entry.state == State::done) continue;
    const bool untouched = entry.begin >= reached;
    if (entry.abandoned) {
      finish(entry);
    } else if (untouched || entry.repeat == Repeat::harmless) {
      if (!untouched) ++counters_.repeated;
      entry.expected += entry.got.size();
      entry.got = {};
      entry.state = State::waiting;
      --outstanding_;
    } else {
      ++counters_.outcome_unknown;
      finish(entry);
      answer(
          i,
          fail(ErrorCode::outcome_unknown, fmt::format("connection lost before the answer: {}", why.detail)),
          out);
    }
  }
  for (std::size_t i = first_waiting_; i < entries_.size(); ++i)
    if (entries_[i].abandoned && entries_[i].state == State::waiting)
      finish(entries_[i]);  // a ping not yet sent
  first_waiting_ = first_unwritten_ = 0;
  buffer_.clear();
  buffer_done_ = 0;
  drop_done();
}

// The caller's time is up.
void Multiplexer::expire(std::size_t index, Actions& out) {
  Entry& entry = entries_[index];
  if (entry.state == State::waiting) {
    ++counters_.timed_out;
    finish(entry);
    if (connected_ || !last_close_)
      answer(index, fail_retryable(ErrorCode::timeout, "deadline passed before it was sent"), out);
    else  // says what is in the way: a refused connection, a wrong password
      answer(index,
             fail_retryable(
                 last_close_->code == ErrorCode::outcome_unknown ? ErrorCode::unavailable : last_close_->code,
                 fmt::format("not sent, no connection: {}", last_close_->detail)),
             out);
    return;
  }
  entry.abandoned = true;
  entry.got = {};
  if (entry.repeat == Repeat::harmless) {
    ++counters_.timed_out;
    answer(index, fail_retryable(ErrorCode::timeout, "no answer before the deadline"), out);
  } else {
    ++counters_.outcome_unknown;
    answer(index, fail(ErrorCode::outcome_unknown, "sent, no answer before the deadline"), out);
  }
}

void Multiplexer::tick(Monotonic now, Actions& out) {
  if (next_deadline_ <= now) {
    // Deadlines are far apart compared to answers, so a scan now and then is cheaper than an ordered set.
    next_deadline_ = Monotonic::max();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      Entry& entry = entries_[i];
      if (entry.state == State::done || entry.abandoned) continue;
      if (entry.deadline <= now)
        expire(i, out);
      else
        next_deadline_ = std::min(next_deadline_, entry.deadline);
    }
    drop_done();
  }
  if (!connected_ || closing_) return;
  if (outstanding()) {
    if (now - progress_ < limits_.silence) return;
    closing_ = true;
    out.close = Error{ErrorCode::timeout, true, fmt::format("no answer for {}", text_of(now - progress_))};
  } else if (now - progress_ >= limits_.ping_every) {
    progress_ = now;
    if (first_waiting_ < entries_.size()) return;  // something is about to be written, that will do
    ++counters_.pings;
    Entry entry;
    entry.abandoned = true;  // nobody waits for the answer, its coming is what matters
    entry.bytes = ping;
    entry.deadline = Monotonic::max();
    queued_bytes_ += entry.bytes.size();
    entries_.push_back(std::move(entry));
  }
}

Monotonic Multiplexer::next_tick() const {
  if (!connected_ || closing_) return next_deadline_;
  const auto health = progress_ + (outstanding() ? limits_.silence : limits_.ping_every);
  return std::min(next_deadline_, health);
}

void Multiplexer::stop(const Error& why, Actions& out) {
  stopped_ = true;
  closed(Sent::exactly, why, out);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    if (entry.state == State::done) continue;
    finish(entry);
    if (!entry.abandoned) answer(i, std::unexpected(why), out);
  }
  drop_done();
}

}  // namespace forestall::redis
