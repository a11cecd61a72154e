// SPDX-License-Identifier: Apache-2.0
// What the parcels and hand-overs of one seller have taught: first scans, silences, transit times, lateness.
// Pure; before there is a history of one's own, shipped priors stand in for it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "config/base/error.hpp"
#include "daemon/orders/business_calendar.hpp"
#include "daemon/orders/scorecard.hpp"
#include "daemon/parcels/parcel.hpp"
#include "forecasting/parcel/curve_tree.hpp"
#include "forecasting/parcel/logistic.hpp"
#include "forecasting/parcel/silence.hpp"

namespace forestall::parcels {

// Where days begin and which of them are worked, of the account that sold it.
struct Place {
  const orders::BusinessCalendar& calendar;
  const TimeZone& zone;
};

struct Chances {
  double never_scanned = 0;     // P, while there is no scan
  double lost = 0;              // P, while silent
  double longer_share = 1;      // share of ordinary silences that last longer
  double stuck = 0;             // P(no scan within the next day)
  double late = 0;              // P(not there by deliver-by), recalibrated
  double late_raw = 0;          // before
  bool little_history = false;  // lateness rests on the shipped priors more than on parcels of one's own
};

std::int32_t day_of(Instant at);  // since 1970, UTC: the models' calendar

class ParcelModels {
 public:
  ParcelModels();

  // Shipped priors where there is little evidence: see priors.cpp. Once a day is enough.
  void top_up(std::int32_t day);

  // --- learning: each stretch once, in the order of time ---
  // The parcel's silence (before its first scan: since its label) has lasted from `from` to `to` and goes on.
  void silent(const Parcel& parcel, const Place& place, Instant from, Instant to);
  // Of the silences that are open now, before and after the first scan: their number, and the sum of
  // P(final).
  struct OpenSilences {
    double labels = 0, labels_final = 0, gaps = 0, gaps_final = 0;
  };
  void settle(const OpenSilences& open, std::int32_t day);
  // Its silence, which began at `since`, ended with a scan at `at`; `parcel` as it was before.
  void scanned(const Parcel& before, const Place& place, Instant since, Instant at);
  // Nobody believes in it any more.
  void gone(const Parcel& parcel, const Place& place, Instant now);
  // It has ended: transit time, scorecard.
  void ended(const Parcel& parcel, const Place& place, Instant now);
  // What was said of it at its first scan, and whether it was late.
  void judged(double said_late, bool late, std::int32_t day);
  // Weekly: recalibrates lateness on the last 60 days.
  void refit(std::int32_t day);

  // --- asking ---
  // Curves are remembered from here on, since many parcels share one: call it before a pass over many.
  void refresh() const { curves_.clear(); }
  Chances look(const Parcel& parcel, const Place& place, std::optional<Instant> deliver_by,
               Instant now) const;
  // The date: central `level` interval of business days after the first scan, of a parcel that is not lost.
  struct Arrival {
    CivilDate low, middle, high;
  };
  std::optional<Arrival> arrival(const Parcel& parcel, const Place& place, double level, Instant now) const;

  orders::Scorecard& scorecard() { return scorecard_; }
  const orders::Scorecard& scorecard() const { return scorecard_; }
  const forecasting::Recalibration& recalibration() const { return recalibration_; }
  std::int32_t refitted() const { return refitted_; }

 private:
  friend std::string encode(const ParcelModels& models);
  friend Result<ParcelModels> decode_models(std::string_view bytes);
  enum class Tree : std::uint8_t { first_scan, gap, transit };
  const forecasting::Survival& curve(Tree tree, std::span<const std::uint64_t> path, std::int32_t day) const;

  forecasting::SilenceModel first_scans_, gaps_;
  forecasting::CurveTree transit_;
  orders::Scorecard scorecard_;
  struct Said {
    float probability;
    bool late;
    std::int32_t day;
  };
  std::deque<Said> said_;
  forecasting::Recalibration recalibration_;
  std::int32_t refitted_ = 0;
  mutable std::map<std::tuple<Tree, std::uint64_t, std::int32_t>, forecasting::Survival> curves_;
};

// Carrier, service and lane as far as they are known.
orders::LaneKey lane_of(const Parcel& parcel);

// Since when the parcel is silent: its last physical scan, else its label; nullopt where neither is known.
std::optional<Instant> silent_since(const Parcel& parcel);

// parse where the bytes are not ours, damaged or of a newer version.
std::string encode(const ParcelModels& models);
Result<ParcelModels> decode_models(std::string_view bytes);

}  // namespace forestall::parcels
