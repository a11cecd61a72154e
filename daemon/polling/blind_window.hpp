// SPDX-License-Identifier: Apache-2.0
// How long an account is blind: from an order being placed to the last listing reflecting it. Three legs,
// each measured from real traffic, begun with a stated prior. Pure.
//
//   placed --> seen --> sent --> live
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "config/base/time.hpp"
#include "daemon/polling/quantile_sketch.hpp"

namespace forestall::polling {

enum class Leg : std::uint8_t { placed_to_seen, seen_to_sent, sent_to_live };
inline constexpr std::size_t leg_count = 3;

// What is believed of a leg before anything was measured: a log-normal law with these two quantiles that
// weighs as much as `weight` measurements, and fades with time as they do.
struct LegPrior {
  Millis p50{};
  Millis p95{};
  double weight = 20;
};

class BlindWindow {
 public:
  struct Priors {
    LegPrior placed_to_seen{};
    LegPrior seen_to_sent{};
    LegPrior sent_to_live{};
    Instant stated_at{};
  };
  // A channel that shows orders two minutes late (Orders API, "latest update at least two minutes ago"),
  // polled every `interval`; a queue of a moment; writes live after minutes, some after a quarter of an hour
  // (sellers report "minutes" to "many hours").
  static Priors priors(Millis interval, Instant now);

  explicit BlindWindow(const Priors& priors);

  // By the recording instants: what is negative (a clock that disagrees) counts as zero.
  void record_seen(Instant placed_at, Instant seen_at);
  void record_sent(Instant seen_at,
                   Instant sent_at);  // the observation that led to it -> handed to the channel
  void record_live(Instant sent_at, Instant live_at);  // -> first read back as live

  Millis quantile(Leg leg, double q) const;
  // Of the whole, the legs taken as independent. `queue`: what a write would wait at least for its turn now;
  // the second leg is never counted shorter.
  Millis quantile(double q, Millis queue = Millis(0)) const;
  std::uint64_t measured(Leg leg) const { return legs_[index(leg)].measured; }

 private:
  // A day's measurements weigh half as much the next day.
  static constexpr Millis half_life = std::chrono::hours(24);
  struct LegState {
    QuantileSketch sketch{};
    std::uint64_t measured = 0;
    Instant origin{};  // where a weight is 1
  };
  static std::size_t index(Leg leg) { return static_cast<std::size_t>(leg); }
  void record(Leg leg, Millis took, Instant at);

  std::array<LegState, leg_count> legs_{};
  // The sum is derived anew only after a few per cent more have been measured, or for another queue.
  struct Sum {
    std::uint64_t after = 0;  // measurements it was made of
    Millis queue{};
    QuantileSketch sketch{};
  };
  mutable std::optional<Sum> sum_{};
};

}  // namespace forestall::polling
