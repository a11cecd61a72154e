// SPDX-License-Identifier: Apache-2.0
// EasyPost's trackers for the parcels of the sandbox's orders, below /easypost/v2/, and what becomes of them.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "tests/sandbox/carrier/parcel_story.hpp"
#include "tests/sandbox/exchange.hpp"
#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/market.hpp"

namespace forestall::sandbox {

inline constexpr std::string_view easypost_key = "EZSK-sandbox";
inline constexpr std::string_view easypost_webhook_secret = "sandbox-webhook";

class EasyPost {
 public:
  EasyPost(Market& market, FaultScript& faults) : market_(market), faults_(faults) {}

  static bool owns(const Request& request) { return !request.path.empty() && request.path[0] == "easypost"; }
  Answer answer(const Request& request);

  // --- for the control endpoints; the messages are for people
  Status set_fate(std::string_view order, Fate fate);
  void miss_collection(CivilDate day, Millis late) {
    missed_[day] = late;
  }  // of labels made on that day (UTC)
  void stop_hub(std::string city, Instant from, Instant until);
  std::string parcels_json() const;  // the truth
  // The body of a tracker.updated event, as the carrier would push it now; empty where the number is unknown.
  std::string event_json(std::string_view tracking) const;
  std::uint64_t calls() const { return calls_; }

 private:
  struct Found {
    const Account* account = nullptr;
    const Order* order = nullptr;
  };
  Answer batch(const Request& request);
  Found find(std::string_view tracking) const;
  ParcelStory story(const Order& order) const;

  Market& market_;
  FaultScript& faults_;
  std::map<std::uint32_t, Fate> fates_;
  std::map<CivilDate, Millis> missed_;
  std::set<std::string> hub_names_;
  std::vector<Outage> outages_;
  std::uint64_t calls_ = 0;
};

}  // namespace forestall::sandbox
