// SPDX-License-Identifier: Apache-2.0
// One pass of the pipeline over everything that stands: inhibit, silence, route, group, dedupe, compose.
// Pure: what is to be stored and sent comes out as values.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/settings/seller.hpp"
#include "daemon/alerting/book.hpp"
#include "daemon/alerting/dedupe.hpp"
#include "daemon/alerting/inhibit.hpp"
#include "daemon/alerting/outbox.hpp"
#include "daemon/alerting/route.hpp"
#include "daemon/alerting/silence.hpp"

namespace forestall::alerting {

// What a seller's alerts are made of, as it is stored.
struct State {
  Book book{};
  Silences silences{};
  std::map<std::pair<std::string, std::string>, Told> told{};  // by sink and group
  Outbox outbox{};
};

struct RoundFacts {
  const config::SellerSettings& seller;
  std::span<const config::NotifySettings> sinks;
  InhibitFacts inhibit{};
  std::string link{};                     // of the console; may be empty
  std::function<std::string()> new_id{};  // of a message
  Instant now{};
};

struct NewMessage {
  Message message;
  Told told;  // what the sink knows once this is stored
  Tell why = Tell::first;
};

struct Round {
  std::vector<NewMessage> messages{};
  // What every sink knows that was to know it, or that nobody is to know: things that happened, not states.
  std::vector<std::string> spent{};
  std::optional<Instant> again_at{};  // when the next pass may come to something else
};

// The pass, a slice at a time, so that ten thousand alerts do not hold up the loop. Between two slices alerts
// may be raised, acknowledged and resolved, snoozes made, messages delivered: what is seen of it late, the
// next pass sees; no alert may be forgotten. `state` and `facts` outlive it.
class Pass {
 public:
  static constexpr std::size_t alerts_a_slice = 500;

  Pass(const State& state, const RoundFacts& facts);
  ~Pass();
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;
  bool step();   // true while there is more
  Round take();  // once there is no more

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};
Round run(const State& state, const RoundFacts& facts);  // in one go

// Why alerts are or are not told to each sink, for people: {"team", "gathering"}. Made once for as many as
// are asked about in one turn; the state must stay as it is meanwhile.
class Explainer {
 public:
  Explainer(const State& state, RoundFacts facts);
  Explainer(const Explainer&) = delete;
  Explainer& operator=(const Explainer&) = delete;
  std::vector<std::pair<std::string, std::string>> of(const Standing& standing) const;

 private:
  const State& state_;
  RoundFacts facts_;
  Inhibitors inhibitors_;
};

}  // namespace forestall::alerting
