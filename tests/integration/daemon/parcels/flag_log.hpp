// SPDX-License-Identifier: Apache-2.0
// What the daemon's log says about orders: each line of a flag as a value.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/time.hpp"

namespace forestall::test {

struct LoggedFlag {
  std::string order, cause, next;
  Instant at, deadline, act_by;
  bool hard = false;
};
std::vector<LoggedFlag> flags_of(std::string_view log);

// Of "event=order_ended": what ("cancelled", "late") and order -> cause and units.
struct LoggedEnd {
  std::string cause, units;
};
std::map<std::pair<std::string, std::string>, LoggedEnd> ends_of(std::string_view log);

// Of "event=parcel_incident " and, with `over`, "event=parcel_incident_over".
struct LoggedIncident {
  std::string kind, place;
  Instant at, since;
  int parcels = 0, of = 0;
};
std::vector<LoggedIncident> incidents_of(std::string_view log, bool over = false);

// The first flag of an order with this cause; nullptr where there is none.
const LoggedFlag* first(const std::vector<LoggedFlag>& flags, std::string_view order, std::string_view cause);

}  // namespace forestall::test
