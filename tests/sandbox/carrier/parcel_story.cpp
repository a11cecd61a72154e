// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/carrier/parcel_story.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "daemon/backtest/world/draws.hpp"

namespace forestall::sandbox {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<std::string_view, 6> words{"moving",        "stuck",    "lost",
                                                "never_scanned", "returned", "detoured"};
constexpr int detour = 11;  // hubs: about nine days
constexpr Hub origin{"NORTH HOUSTON", "TX", "77315"};
constexpr std::array<Hub, 4> hubs{{{"MEMPHIS", "TN", "38101"},
                                   {"ATLANTA", "GA", "30304"},
                                   {"COLUMBIA", "SC", "29201"},
                                   {"DENVER", "CO", "80202"}}};
constexpr std::array<Hub, 4> doors{{{"CHARLESTON", "SC", "29407"},
                                    {"SAVANNAH", "GA", "31401"},
                                    {"NASHVILLE", "TN", "37203"},
                                    {"BOULDER", "CO", "80301"}}};

// A number that belongs to this parcel and this question alone; the world's draws are left alone.
double luck(std::uint64_t seed, std::uint32_t order, std::uint64_t question) {
  const auto bits = world::mix(world::mix(seed ^ 0x70617263656c7300U) ^ world::mix(order * 64ULL + question));
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

bool is_sunday(Instant at) { return std::chrono::weekday(floor<days>(at)) == std::chrono::Sunday; }

class Teller {
 public:
  Teller(std::uint32_t order, Fate fate, const StoryRules& rules) : order_(order), rules_(rules) {
    story_.fate = fate;
    story_.destination = &doors[static_cast<std::size_t>(4 * luck(0))];
  }

  ParcelStory run(Instant label_at) {
    at_ = label_at;
    put("pre_transit", "label_created", "Shipping Label Created, USPS Awaiting Item", nullptr);
    if (story_.fate == Fate::never_scanned) return std::move(story_);
    at_ += rules_.collected_late;
    move(3, 12);
    put("in_transit", "received_at_origin_facility", "Accepted at USPS Origin Facility", &origin);
    const int stops = story_.fate == Fate::detoured ? detour : 1 + static_cast<int>(3 * luck(1));
    // Where it comes to a halt, if it does.
    const int halt = story_.fate == Fate::lost || story_.fate == Fate::stuck
                         ? static_cast<int>(luck(2) * std::min(stops, 2))
                         : stops + 1;
    for (int stop = 0; stop < stops; ++stop) {
      if (stop == halt && story_.fate == Fate::lost) return std::move(story_);
      if (stop == halt) at_ += hours(96 + static_cast<int>(48 * luck(3)));
      move(8, 14);
      put("in_transit", "arrived_at_facility", "Arrived at USPS Facility",
          &hubs[static_cast<std::size_t>(4 * luck(8 + static_cast<std::uint64_t>(stop)))]);
      // Written by a clock; nobody saw anything.
      at_ += hours(2);
      put("in_transit", "status_update", "In Transit to Next Facility", nullptr);
    }
    to_the_door();
    return std::move(story_);
  }

 private:
  double luck(std::uint64_t question) const { return sandbox::luck(rules_.seed, order_, question); }

  void move(int least_hours, int spread_hours) {
    at_ += hours(least_hours) + minutes(static_cast<int>(60 * spread_hours * luck(32 + ++moves_)));
    while (is_sunday(at_)) at_ += days(1);
  }

  void put(std::string_view status, std::string_view detail, std::string_view message, const Hub* place) {
    if (place != nullptr)
      for (const Outage& o : rules_.outages)
        if ((o.city == place->city || (last_ != nullptr && o.city == last_->city)) && at_ >= o.from &&
            at_ < o.until)
          at_ = o.until + minutes(static_cast<int>(360 * luck(6)));
    if (place != nullptr) last_ = place;
    story_.scans.push_back({at_, status, detail, message, place});
    if (place != nullptr && !story_.first_scan_at) story_.first_scan_at = at_;
  }

  void to_the_door() {
    at_ = floor<days>(at_ + hours(9)) + hours(13);  // loaded in the morning of the next day at the latest
    while (is_sunday(at_)) at_ += days(1);
    put("out_for_delivery", "out_for_delivery", "Out for Delivery", story_.destination);
    at_ += hours(1) + minutes(static_cast<int>(360 * luck(4)));
    if (story_.fate == Fate::returned) {
      put("return_to_sender", "return", "Refused, Return to Sender Processed", story_.destination);
      move(20, 30);
      put("return_to_sender", "return", "Arrived at USPS Facility, Return to Sender", &origin);
      return;
    }
    put("delivered", "arrived_at_destination", "Delivered", story_.destination);
    story_.delivered_at = at_;
  }

  std::uint32_t order_;
  const StoryRules& rules_;
  ParcelStory story_;
  Instant at_{};
  const Hub* last_ = nullptr;
  std::uint64_t moves_ = 0;
};

}  // namespace

std::string_view word(Fate fate) { return words[static_cast<std::size_t>(fate)]; }

std::optional<Fate> parse_fate(std::string_view text) {
  const auto found = std::ranges::find(words, text);
  if (found == words.end()) return std::nullopt;
  return static_cast<Fate>(found - words.begin());
}

const Hub& origin_hub() { return origin; }

Fate draw_fate(std::uint64_t seed, std::uint32_t order, const FateShares& shares) {
  double left = luck(seed, order, 5);
  for (const auto& [fate, share] : {std::pair{Fate::stuck, shares.stuck},
                                    {Fate::lost, shares.lost},
                                    {Fate::never_scanned, shares.never_scanned},
                                    {Fate::returned, shares.returned},
                                    {Fate::detoured, shares.detoured}}) {
    if (left < share) return fate;
    left -= share;
  }
  return Fate::moving;
}

ParcelStory tell_story(std::uint32_t order, Instant label_at, Fate fate, const StoryRules& rules) {
  return Teller(order, fate, rules).run(label_at);
}

}  // namespace forestall::sandbox
