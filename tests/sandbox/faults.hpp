// SPDX-License-Identifier: Apache-2.0
// What shall go wrong, by script: at the n-th call of an operation.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/time.hpp"

namespace forestall::sandbox {

enum class FaultKind : std::uint8_t {
  timeout,       // nothing is done and nothing answered
  reset,         // nothing is done, the connection is cut
  status,        // nothing is done; `status`, as JSON or as HTML
  truncated,     // done; half of the answer
  invalid_json,  // done; the answer is no JSON
  lost_answer,   // done; the connection is cut
  late_answer,   // done; answered `delay` later
  delay_live,    // a write is taken and goes live `delay` later than usual
};

struct Fault {
  FaultKind kind{};
  std::string operation{};  // empty: any; "token" is the token endpoint
  std::string account{};    // empty: any
  std::uint64_t nth = 1;    // the first call it strikes, counted from when it was scripted
  std::uint64_t count = 1;  // and so many from there
  int status = 500;
  bool html = false;
  int retry_after = -1;  // seconds; negative: no such header
  Millis delay{0};
  std::uint64_t seen = 0;
};

class FaultScript {
 public:
  // {"faults":[{"operation":"patchListingsItem","nth":2,"fault":"status","status":503,"html":true}, ...]}
  Status add(const boost::json::value& script);
  void clear() { faults_.clear(); }
  // The fault that strikes this call; every call is counted once.
  std::optional<Fault> strike(std::string_view operation, std::string_view account);
  std::uint64_t struck() const { return struck_; }

 private:
  std::vector<Fault> faults_;
  std::uint64_t struck_ = 0;
};

}  // namespace forestall::sandbox
