// SPDX-License-Identifier: Apache-2.0
// The chance of one kind of event (late at the door, late to the carrier) from several clues: a logistic
// blend fitted anew each week to what has been settled, and recalibrated on the last weeks, because rates
// drift faster than rankings.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "forecasting/error.hpp"
#include "forecasting/parcel/logistic.hpp"

namespace forestall::forecasting {

struct EventSettings {
  std::size_t width = 0;               // clues a case
  double half_life_days = 365;         // of a case's weight in the blend
  double ridge = 20;                   // of standardised slopes
  std::int32_t recalibrate_days = 60;  // what "lately" is
  double prior_shift = 0.15;           // see fit_recalibration
  double prior_slope = 0.2;
  double prior_cases = 40;  // what the rate before the first fit is worth
  double first_rate = 0.05;
  // Cases of one fortnight share their luck (strikes, peaks): an offset of their own with this standard
  // deviation, so that a bad month is not read as the effect of whatever else was so that month.
  double period_spread = 1.0;
  // How much of the last settled fortnight's luck is expected to hold: what is settled is weeks old.
  double carry_over = 0.1;
  // Half-life of what is usual now. Where it is not 0, a case is judged against its own time: its score less
  // the usual one, on the long-run level. Then clues that move together with the calendar (a strike, a peak)
  // rank cases but do not move everybody's probability.
  double usual_days = 14;
  std::int32_t most_days = 400;  // older cases are dropped
  std::size_t most_cases = 50'000;
};

// What was said when the case could still be judged; kept by the caller until the case is settled.
struct Forecast {
  double raw = 0;          // of the blend
  double probability = 0;  // recalibrated: what to show and act on
  std::int32_t day = 0;    // when it was said
};

class EventModel {
 public:
  // Throws std::invalid_argument for a width of 0 or beyond most_features: a programming error.
  explicit EventModel(const EventSettings& settings);

  Forecast forecast(std::span<const double> clues, std::int32_t day) const;
  // The same for a case that has just come up; what is usual now is learned from these.
  Forecast ask(std::span<const double> clues, std::int32_t day, double weight = 1);
  // The case is settled. Report cases of one cohort together (all whose deadline passed today), never those
  // that happened to end early: that would be learning from the fast ones only.
  // out_of_range: another number of clues. not_finite, negative, too_large: the weight.
  Expected<void> learn(std::span<const double> clues, const Forecast& said, bool happened, std::int32_t day,
                       double weight = 1);
  // Fits blend and recalibration; once a week is enough. too_few leaves things as they were.
  Expected<void> refit(std::int32_t day);
  // The rate of the cases settled in the last `recalibrate_days`.
  double recent_rate(std::int32_t day) const;

  const EventSettings& settings() const { return settings_; }
  const Recalibration& recalibration() const { return recalibration_; }
  const Logistic& blend() const { return blend_; }
  std::size_t cases() const { return cases_.size(); }

 private:
  friend std::vector<std::uint8_t> encode(const EventModel& model);
  friend Expected<EventModel> decode_event_model(std::span<const std::uint8_t> bytes);
  struct Case {
    std::vector<float> clues;
    float raw = 0;
    float weight = 0;
    std::int32_t day = 0;    // settled
    std::int32_t asked = 0;  // judged
    bool happened = false;
  };
  void drop_old(std::int32_t day);
  double usual_score() const;

  EventSettings settings_;
  Logistic blend_;  // width 0: not fitted yet
  Recalibration recalibration_;
  double before_fit_;
  double level_ = 0;  // log odds of a usual case now
  // Fading means of the clues of cases that came up.
  std::array<double, most_features> usual_{};
  double usual_weight_ = 0;
  std::int32_t usual_day_ = 0;
  std::deque<Case> cases_;
};

std::vector<std::uint8_t> encode(const EventModel& model);
Expected<EventModel> decode_event_model(std::span<const std::uint8_t> bytes);

}  // namespace forestall::forecasting
