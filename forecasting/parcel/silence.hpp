// SPDX-License-Identifier: Apache-2.0
// Silences: how long a parcel is not scanned, whether that is usual, and whether it is for ever. A silence
// begins with a physical scan (or with the label, for the first scan) and ends with the next one or never.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "forecasting/error.hpp"
#include "forecasting/parcel/curve_tree.hpp"
#include "forecasting/parcel/share_tree.hpp"

namespace forestall::forecasting {

// Hours of silence as bins: of 3 h to two days, of 6 h to a week, of a day to 32 days.
double silence_bins(double hours);
double silence_hours(double bins);  // the inverse

struct SilenceSettings {
  CurveSettings curve{.half_life_days = 45, .parent_weight = 20, .speed_weight = 8, .first_hazard = 0.2};
  ShareSettings final{.half_life_days = 180, .parent_weight = 200, .first_share = 0.002};
};

struct Silence {
  double final = 0;         // P(never scanned again): lost, or for labels never handed over
  double longer_share = 1;  // share of ordinary silences that last longer than this one: small is unusual
  // P(no scan within the next `hours`), final ones included.
  double silent_for(double hours) const;

  Survival curve{};
  double hours = 0;
};

// Paths as in CurveTree: (carrier, service, last milestone, crosses a weekend) for gaps; (carrier, ship-from,
// weekday and whether after the cut-off) for first scans.
class SilenceModel {
 public:
  explicit SilenceModel(const SilenceSettings& settings = {})
      : curve_(settings.curve), final_(settings.final) {}

  // The silence has lasted from `from_hours` to `to_hours`, and goes on. Tell what is open as well as what
  // has ended, each stretch once. It counts with the weight 1 - P(final), because a lost parcel says nothing
  // about how long ordinary ones take (the E-step of a mixture cure model: Farewell 1982, Biometrics
  // 38:1041-1046).
  Expected<void> waited(std::span<const std::uint64_t> path, double from_hours, double to_hours,
                        std::int32_t day);
  // A scan ended it after `hours`; stretches up to there have been told.
  Expected<void> scanned(std::span<const std::uint64_t> path, double hours, std::int32_t day);
  // It is known to be final: the carrier says lost, or nobody believes in it any more.
  Expected<void> never(std::span<const std::uint64_t> path, std::int32_t day);

  // Ended silences known to the most special group of the path, faded.
  double evidence(std::span<const std::uint64_t> path, std::int32_t day) const {
    return curve_.evidence(path, day);
  }

  // What scans say about the share of final silences comes at once, what silences say comes late: of those
  // that are open now, `open` many, so many are `expected` to be final (the sum of their P(final), asked
  // before). The shares are raised by as much until the next call: an E-step of EM (Dempster, Laird, Rubin
  // 1977) each time.
  void set_open(double expected, double open, std::int32_t day);

  // P(final | silent for g) = pi / (pi + (1 - pi) S(g)): Boag 1949 (JRSS B 11:15-53).
  Silence look(std::span<const std::uint64_t> path, double hours, std::int32_t day) const;
  // The same with a curve that was asked for before: many parcels share one.
  Silence look(const Survival& curve, std::span<const std::uint64_t> path, double hours,
               std::int32_t day) const;
  Survival curve(std::span<const std::uint64_t> path, std::int32_t day) const {
    return curve_.survival(path, day);
  }

 private:
  friend std::vector<std::uint8_t> encode(const SilenceModel& model);
  friend Expected<SilenceModel> decode_silence_model(std::span<const std::uint8_t> bytes);
  double final_share(std::span<const std::uint64_t> path, std::int32_t day) const;
  CurveTree curve_;
  ShareTree final_;
  double lift_ = 1;  // not stored
};

// Which share of ordinary silences may be called stuck by mistake, so that `alerts_a_day` false ones come of
// `silences_a_day`: stuck where longer_share is below it. 0 where nothing moves; at most 0.2.
double stuck_level(double silences_a_day, double alerts_a_day);

std::vector<std::uint8_t> encode(const SilenceModel& model);
Expected<SilenceModel> decode_silence_model(std::span<const std::uint8_t> bytes);

}  // namespace forestall::forecasting
