// SPDX-License-Identifier: Apache-2.0
#include "connectors/carriers/tracking/track_record.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace forestall::carriers {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_days;

constexpr hours unknown_zone_end{36};  // midnight UTC of the day to its end at UTC-12

// How far a parcel has come, for events of one day.
int rank(model::ShipmentState state) {
  using enum model::ShipmentState;
  switch (state) {
    case unknown:
      return 2;
    case label_made:
      return 0;
    case accepted:
      return 1;
    case in_transit:
      return 2;
    case exception:
      return 3;
    case out_for_delivery:
      return 4;
    case delivered:
      return 6;
    case returning:
      return 5;
    case returned:
      return 7;
    case lost:
      return 8;
  }
  return 2;
}

Instant latest(const TrackEvent& e) {
  if (e.time.at) return *e.time.at;
  return e.time.day ? end_of(*e.time.day, e.place) : Instant{};
}

CivilDate local_day(const TrackEvent& e) {
  if (e.time.day) return *e.time.day;
  const auto zone = zone_of(e.place);
  if (zone) return zone->civil_date(*e.time.at);
  return CivilDate(std::chrono::floor<days>(*e.time.at));
}

bool known(const TrackEvent& e) { return e.time.at || e.time.day; }

// "usps/groundadvantage/TX-SC": as much of it as is known, nothing where that is the carrier alone.
std::optional<LaneId> lane_of(const TrackRecord& r, const CarrierId& carrier) {
  const auto area = [](const Place& p) { return p.region.empty() ? p.country : p.region; };
  const std::string from = area(r.origin), to = area(r.destination), service = slug(r.service).substr(0, 24);
  std::string text = carrier.str().substr(0, 20);
  const bool both = !from.empty() && !to.empty();
  if (service.empty() && !both) return std::nullopt;
  text += "/" + service;
  if (both) text += "/" + from.substr(0, 8) + "-" + to.substr(0, 8);
  const auto lane = LaneId::parse(text);
  return lane ? std::optional(*lane) : std::nullopt;
}

// Towns on the way; the last mile would tell where the buyer lives.
bool on_the_way(model::ShipmentState state) {
  return state == model::ShipmentState::accepted || state == model::ShipmentState::in_transit;
}

}  // namespace

Instant end_of(CivilDate day, const Place& place) {
  if (const auto zone = zone_of(place)) return zone->end_of_day(day);
  return Instant(sys_days(day)) + unknown_zone_end;
}

void put_in_order(std::vector<TrackEvent>& events) {
  std::erase_if(events, [](const TrackEvent& e) { return !known(e); });
  std::vector<TrackEvent> dated;
  std::vector<TrackEvent> timed;
  for (TrackEvent& e : events) (e.time.at ? timed : dated).push_back(std::move(e));
  const auto by_rank = [](const TrackEvent& e) { return rank(e.state); };
  std::ranges::sort(timed, {},
                    [&](const TrackEvent& e) { return std::tuple(*e.time.at, by_rank(e), e.code); });
  std::ranges::sort(
      dated, {}, [&](const TrackEvent& e) { return std::tuple(sys_days(*e.time.day), by_rank(e), e.code); });
  // Instants stay in their order; a day goes before the first event of a later day, or of this day and a
  // later stage.
  for (TrackEvent& e : dated) {
    const auto at = std::ranges::find_if(timed, [&](const TrackEvent& other) {
      const auto theirs = sys_days(local_day(other));
      const auto ours = sys_days(*e.time.day);
      return theirs > ours || (theirs == ours && rank(other.state) > rank(e.state));
    });
    timed.insert(at, std::move(e));
  }
  events = std::move(timed);
}

const TrackRecord* choose(const std::vector<TrackRecord>& records, const ports::Parcel& parcel) {
  const TrackRecord* best = nullptr;
  std::int64_t best_gap = 0;
  for (const TrackRecord& r : records) {
    std::optional<Instant> began;
    if (r.shipped_day) began = Instant(sys_days(*r.shipped_day));
    for (const TrackEvent& e : r.events)
      if (known(e) && !r.shipped_day && (!began || latest(e) < *began)) began = latest(e);
    std::int64_t gap = 0;
    if (parcel.handed_over_at && began)
      gap = std::abs((*parcel.handed_over_at - *began).count());
    else if (began)
      gap = -began->time_since_epoch().count();  // without a label of ours: the newest
    if (parcel.handed_over_at && began && gap > Millis(days(14)).count()) continue;
    if (best == nullptr || gap < best_gap) {
      best = &r;
      best_gap = gap;
    }
  }
  return best;
}

model::ShipmentUpdate summarise(TrackRecord record, const ports::Parcel& parcel, const SourceId& source,
                                Instant now) {
  if (parcel.handed_over_at)
    std::erase_if(record.events, [&](const TrackEvent& e) {
      return known(e) && latest(e) < *parcel.handed_over_at - days(2);
    });
  put_in_order(record.events);

  model::ShipmentUpdate out;
  out.account = parcel.account;
  out.order = parcel.order;
  out.carrier = parcel.carrier;
  if (auto named = CarrierId::parse(record.carrier); out.carrier.empty() && named) out.carrier = *named;
  if (out.carrier.empty()) out.carrier = CarrierId::literal("unknown");
  out.tracking = parcel.tracking;
  out.handed_over_at = parcel.handed_over_at;
  out.state = record.state;
  Instant last_event{};
  // The same version read twice says the same, whenever it is read.
  const Instant seen = std::min(record.updated.value_or(now), now);
  for (const TrackEvent& e : record.events) {
    const Instant at = std::min(latest(e), seen);
    last_event = std::max(last_event, at);
    if (record.state == model::ShipmentState::unknown && e.state != model::ShipmentState::unknown)
      out.state = e.state;
    if (e.state == model::ShipmentState::delivered && e.physical != Physical::no) out.delivered_at = at;
    if (e.physical != Physical::yes) continue;
    if (!out.first_scan_at) out.first_scan_at = at;
    out.last_scan_at = std::max(out.last_scan_at.value_or(at), at);
    out.hub.reset();
    if (on_the_way(e.state) && !e.town.empty())
      if (auto hub = HubId::parse(e.town.substr(0, HubTag::max_bytes))) out.hub = std::move(*hub);
  }
  if (out.state != model::ShipmentState::delivered && out.state != model::ShipmentState::returned)
    out.delivered_at.reset();
  if (record.promised.at)
    out.promised_by = record.promised.at;
  else if (record.promised.day)
    out.promised_by = end_of(*record.promised.day, record.destination);
  out.lane = lane_of(record, out.carrier);
  out.from.source = source;
  out.from.version = model::Version::of(record.updated.value_or(now));
  out.from.true_at = last_event == Instant{} ? record.updated.value_or(now) : last_event;
  return out;
}

void add_updates(ports::Page& page, std::span<const ports::Parcel> parcels,
                 std::span<const TrackRecord> records, const SourceId& source, Instant now) {
  for (const ports::Parcel& parcel : parcels) {
    // A shipment of several packages tells of all of them, a number that is used again of several shipments.
    std::vector<TrackRecord> ours;
    for (const TrackRecord& record : records)
      if (record.number == parcel.tracking.str()) ours.push_back(record);
    if (const TrackRecord* record = choose(ours, parcel))
      page.observations.emplace_back(summarise(*record, parcel, source, now));
  }
}

std::optional<CivilDate> read_day(std::string_view text) {
  std::string plain;
  for (const char c : text.substr(0, 10)) {
    if (c >= '0' && c <= '9')
      plain += c;
    else if (c != '-')
      return std::nullopt;
  }
  if (plain.size() != 8) return std::nullopt;
  const auto day = parse_civil_date(plain.substr(0, 4) + "-" + plain.substr(4, 2) + "-" + plain.substr(6, 2));
  return day ? std::optional(*day) : std::nullopt;
}

std::string slug(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, 64)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-') out += c;
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace forestall::carriers
