// SPDX-License-Identifier: Apache-2.0
// What becomes of one parcel: a function of the seed, the order's number and its fate. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "config/base/time.hpp"

namespace forestall::sandbox {

enum class Fate : std::uint8_t {
  moving,         // delivered in a few days
  stuck,          // silent for days on the way, then goes on
  lost,           // silent for ever, after a scan or two
  never_scanned,  // a label, and nothing after it
  returned,       // refused at the door, and on its way back
  detoured,       // sent from hub to hub: it moves all the time and is late
};
std::string_view word(Fate fate);  // "never_scanned"
std::optional<Fate> parse_fate(std::string_view word);

// Shares of parcels; the rest moves.
struct FateShares {
  double stuck = 0, lost = 0, never_scanned = 0, returned = 0, detoured = 0;
};
Fate draw_fate(std::uint64_t seed, std::uint32_t order, const FateShares& shares);

struct Hub {
  std::string_view city, state, zip;
};
const Hub& origin_hub();  // every parcel is scanned there first

// A hub that stands still: what should have been scanned there in [from, until), or seen elsewhere after it
// was there, is scanned after it.
struct Outage {
  std::string_view city{};
  Instant from{}, until{};
};

struct Scan {
  Instant at{};
  std::string_view status{}, detail{}, message{};  // of EasyPost
  const Hub* place = nullptr;                      // none: nobody saw the parcel
};

struct ParcelStory {
  Fate fate = Fate::moving;
  std::vector<Scan> scans{};  // oldest first, the label among them
  const Hub* destination = nullptr;
  std::optional<Instant> first_scan_at{}, delivered_at{};
};

struct StoryRules {
  std::uint64_t seed = 1;
  Millis collected_late{0};  // the collection of that label's day came so much later
  std::vector<Outage> outages{};
};

// Nobody moves parcels on Sundays (UTC).
ParcelStory tell_story(std::uint32_t order, Instant label_at, Fate fate, const StoryRules& rules);

}  // namespace forestall::sandbox
