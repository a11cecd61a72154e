// SPDX-License-Identifier: Apache-2.0
// Any bytes as what was kept of parcels, hand-overs, carriers and causes: refused, or something that answers
// questions and comes back as the same bytes.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/orders/live/cause_book.hpp"
#include "daemon/parcels/hand_over.hpp"
#include "daemon/parcels/models.hpp"
#include "forecasting/belief_codec.hpp"

namespace {

using namespace forestall;
using std::chrono::hours;

void demand(bool holds) {
  if (!holds) std::abort();
}
bool is_chance(double p) { return p >= 0 && p <= 1.000002; }

void try_all(std::string_view bytes) {
  static const TimeZone zone = TimeZone::find("America/New_York").value();
  static const orders::BusinessCalendar calendar{orders::Country::us};
  static const Instant now = parse_instant("2026-03-07T12:00:00Z").value();
  const auto day = parcels::day_of(now);
  if (const auto models = parcels::decode_models(bytes)) {
    parcels::Parcel p;
    p.carrier = CarrierId::literal("usps");
    p.label_at = now - hours(60);
    p.heard_of = true;
    for (int scanned = 0; scanned < 2; ++scanned) {
      const auto c = models->look(p, {calendar, zone}, now + hours(50), now);
      for (const double chance : {c.never_scanned, c.lost, c.longer_share, c.stuck, c.late})
        demand(is_chance(chance));
      p.first_scan_at = p.last_scan_at = now - hours(40);
    }
    static_cast<void>(models->arrival(p, {calendar, zone}, 0.8, now));
    for (const auto& row : models->scorecard().rows(day, 10))
      demand(is_chance(row.on_time.share) && is_chance(row.lost.share));
    demand(parcels::encode(*models) == bytes);
  }
  if (const auto model = parcels::decode_hand_over(bytes)) {
    const auto account = AccountId::literal("shop");
    demand(is_chance(model->late(account, zone, now - hours(5), now + hours(20), now)));
    demand(std::isfinite(model->pace()));
    static_cast<void>(model->last_collection(zone, now + hours(20), now));
  }
  if (const auto causes = orders::decode_causes(bytes)) static_cast<void>(orders::encode(*causes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try_all({reinterpret_cast<const char*>(data), size});
  // Give mutated payloads a checksum that fits, or the readers behind it are never reached.
  std::vector<std::uint8_t> sealed(data, data + (size > 4 ? size - 4 : size));
  const std::uint32_t crc = forecasting::crc32(sealed);
  for (int i = 0; i < 4; ++i) sealed.push_back(static_cast<std::uint8_t>(crc >> (8 * i)));
  try_all({reinterpret_cast<const char*>(sealed.data()), sealed.size()});
  return 0;
}
