// SPDX-License-Identifier: Apache-2.0
// A rate limit that is kept on our side: one bucket per credential and operation. Pure; the caller waits.
//
// The generic cell rate algorithm (ITU-T I.371): one "theoretical arrival time" instead of a fill level, so
// that a reservation is a time and nothing has to tick. Over any interval t at most rate·t + burst calls get
// a slot.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "config/base/clock.hpp"
#include "config/base/rate.hpp"

namespace forestall::http {

class TokenBucket {
 public:
  // A right to send one call at `when` or later.
  struct Reservation {
    Monotonic when{};
    std::uint64_t epoch = 0;
    std::uint64_t number = 0;
  };

  explicit TokenBucket(Rate documented);

  // When the next call could be sent; `now` if at once.
  Monotonic next_free(Monotonic now) const;
  // Takes the next slot, which may lie ahead; nullopt if it lies after `latest` (nothing is taken then).
  std::optional<Reservation> reserve(Monotonic now, Monotonic latest = Monotonic::max());
  // False once the bucket was emptied after the reservation was made: reserve again.
  bool holds(const Reservation& reservation) const { return reservation.epoch == epoch_; }
  // For a call that will not be sent after all. Only the newest reservation comes back: the slot of an older
  // one lies between slots already promised and cannot be saved up.
  void give_back(const Reservation& reservation);

  // The other side said 429: nothing before `wait` has passed, and no burst after it. Reservations not yet
  // used are void.
  void empty(Monotonic now, Millis wait = Millis(0));
  // The limit in force, in calls a second, as a response header states it. Taken if it is a finite positive
  // number, within a hundredth and a hundred times the documented rate; false if not ("string" is a value
  // seen in the wild). The burst stays as documented.
  bool observe_limit(std::string_view header, Monotonic now);

  Rate rate() const { return rate_; }
  // Calls that could be sent at once: 0 to the burst.
  double available(Monotonic now) const;

 private:
  using Span = MonotonicClock::duration;
  void set_rate(double per_second);
  Rate documented_;
  Rate rate_;
  Span interval_{};   // between calls at the steady rate, rounded up
  Span tolerance_{};  // how much earlier than steady a call may be: (burst - 1) intervals
  Monotonic arrival_{Span::min() / 2};
  std::uint64_t epoch_ = 0;
  std::uint64_t reserved_ = 0;
};

}  // namespace forestall::http
