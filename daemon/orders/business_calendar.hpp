// SPDX-License-Identifier: Apache-2.0
// Days on which people work: counting, adding, and the instant at which a working day ends.
#pragma once

#include <optional>
#include <vector>

#include "config/base/time.hpp"
#include "daemon/orders/holidays.hpp"

namespace forestall::orders {

class BusinessCalendar {
 public:
  // Monday to Friday without the country's holidays (none: weekends only) and without `closed` (a feast that
  // follows the moon, an inventory day); on `open` it is worked all the same (a Saturday before Christmas).
  explicit BusinessCalendar(std::optional<Country> country, std::vector<CivilDate> closed = {},
                            std::vector<CivilDate> open = {});

  bool is_business_day(CivilDate date) const;
  // The n-th business day after `date` (n > 0) or before it (n < 0); for 0, `date` or the next business day.
  // At most 10,000 days away.
  CivilDate add(CivilDate date, int n) const;
  // Business days after `from` up to and with `to`; negative where `to` is earlier.
  int between(CivilDate from, CivilDate to) const;

 private:
  std::optional<Country> country_;
  std::vector<CivilDate> closed_;
  std::vector<CivilDate> open_;
  std::vector<CivilDate> holidays_;  // of the years 2000 to 2099, in order
};

// The end of the n-th business day after the order's day in the zone: how channels count "ship within two
// days".
Instant end_of_business_day(const BusinessCalendar& calendar, const TimeZone& zone, Instant placed_at, int n);

}  // namespace forestall::orders
