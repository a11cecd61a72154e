// SPDX-License-Identifier: Apache-2.0
// What tests, runners and people ask of the sandbox itself, below /sandbox/: the truth, the clock, the log of
// writes, faults, a person's edits.
#pragma once

#include <functional>
#include <string>

#include "tests/sandbox/amazon/api.hpp"
#include "tests/sandbox/carrier/easypost.hpp"
#include "tests/sandbox/exchange.hpp"
#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/market.hpp"
#include "tests/sandbox/virtual_clock.hpp"

namespace forestall::sandbox {

class Control {
 public:
  // `in_flight` counts requests to Amazon that were read and not yet answered.
  Control(Market& market, Amazon& amazon, EasyPost& parcels, FaultScript& faults, VirtualClock& clock,
          std::function<std::size_t()> in_flight)
      : market_(market),
        amazon_(amazon),
        parcels_(parcels),
        faults_(faults),
        clock_(clock),
        in_flight_(std::move(in_flight)) {}

  Answer answer(const Request& request);
  bool stopping() const { return stopping_; }

 private:
  Answer clock() const;
  Answer advance(const Request& request);
  Answer baseline(const Request& request) const;
  Answer writes(const Request& request) const;
  Answer accounts() const;
  Answer edit(const Request& request);
  Answer write(const Request& request);
  Answer cancel_request(const Request& request);
  Answer requests() const;
  Answer parcel(const Request& request);
  Answer missed_collection(const Request& request);
  Answer hub_outage(const Request& request);
  Answer script(const Request& request);

  Market& market_;
  Amazon& amazon_;
  EasyPost& parcels_;
  FaultScript& faults_;
  VirtualClock& clock_;
  std::function<std::size_t()> in_flight_;
  bool stopping_ = false;
};

}  // namespace forestall::sandbox
