// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/lateness/replay.hpp"

#include <algorithm>
#include <tuple>

#include "tests/bench/lateness/hand_over_side.hpp"
#include "tests/bench/lateness/parcel_side.hpp"
#include "tests/bench/lateness/workdays.hpp"

namespace forestall::bench {
namespace {

enum class What : std::uint8_t { morning, promise_passed, limit_passed, delivered, handed_over, approved };

struct Happening {
  std::int64_t at = 0;
  What what = What::morning;
  std::size_t order = 0;
};

bool late_at_the_door(const OlistOrder& o) { return !o.delivered || day_of(*o.delivered) > o.promised_day; }
bool late_to_the_carrier(const OlistOrder& o) { return !o.handed_over || *o.handed_over > *o.ship_by; }

// Orders cancelled on the way are nobody's delay; "unavailable" ones were never packed.
bool judged(const OlistOrder& o) { return o.status != "canceled" && o.status != "unavailable"; }

std::vector<Happening> everything(std::span<const OlistOrder> orders) {
  std::vector<Happening> out;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const OlistOrder& o = orders[i];
    if (!judged(o)) continue;
    // Hand-overs noted before the approval were not waited for.
    if (o.ship_by && o.items > 0 && *o.ship_by > o.approved &&
        !(o.handed_over && *o.handed_over <= o.approved)) {
      out.push_back({o.approved, What::approved, i});
      out.push_back({*o.ship_by, What::limit_passed, i});
    }
    if (!o.handed_over) continue;
    out.push_back({*o.handed_over, What::handed_over, i});
    if (o.delivered) out.push_back({*o.delivered, What::delivered, i});
    out.push_back({(std::int64_t{o.promised_day} + 1) * day_seconds, What::promise_passed, i});
  }
  std::ranges::sort(out, {}, [](const Happening& h) { return std::tuple(h.at, h.what, h.order); });
  return out;
}

}  // namespace

ReplayResult replay(std::span<const OlistOrder> orders, bool frozen) {
  ParcelSide parcels(orders);
  HandOverSide sellers(orders);
  ReplayResult out;
  std::vector<bool> waited_for(orders.size());
  std::int32_t today = 0;
  for (const Happening& h : everything(orders)) {
    const OlistOrder& o = orders[h.order];
    if (today == 0) today = day_of(h.at) - 1;
    while (today < day_of(h.at)) {
      ++today;
      parcels.morning(today);
      if (weekday(today) == 0) sellers.monday(today);
    }
    switch (h.what) {
      case What::morning:
        break;
      case What::approved:
        // From the first order of the test part on.
        if (frozen && o.test) parcels.learning = sellers.learning = false;
        waited_for[h.order] = true;
        sellers.approved(h.order);
        break;
      case What::limit_passed:
        sellers.limit_passed(h.order, late_to_the_carrier(o));
        break;
      case What::handed_over: {
        if (waited_for[h.order]) sellers.handed_over(h.order);
        parcels.handed_over(h.order);
        if (o.test && o.delivered) {
          const auto curve = parcels.curve(h.order, today);
          out.dates.push_back({h.order, forecasting::quantile_given(curve, 0, 0.1),
                               forecasting::quantile_given(curve, 0, 0.5),
                               forecasting::quantile_given(curve, 0, 0.9),
                               static_cast<double>(work_days(today, day_of(*o.delivered)))});
        }
        break;
      }
      case What::delivered:
        parcels.delivered(h.order);
        break;
      case What::promise_passed:
        parcels.promise_passed(h.order, late_at_the_door(o));
        break;
    }
  }
  out.parcels = std::move(parcels.rows);
  out.mornings = std::move(parcels.mornings);
  out.hand_overs = std::move(sellers.rows);
  for (ParcelRow& row : out.parcels) row.late = late_at_the_door(orders[row.order]);
  for (HandOverRow& row : out.hand_overs) row.late = late_to_the_carrier(orders[row.order]);
  return out;
}

}  // namespace forestall::bench
