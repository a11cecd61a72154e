// SPDX-License-Identifier: Apache-2.0
#include "daemon/parcels/models.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "daemon/parcels/priors.hpp"
#include "forecasting/parcel/arrival.hpp"

namespace forestall::parcels {
namespace {

using forecasting::CurveTree;
using forecasting::SilenceModel;
using std::chrono::days;
using std::chrono::floor;
using std::chrono::sys_days;

constexpr std::size_t most_said = 20'000;
constexpr std::int32_t said_days = 60;
constexpr double recalibrated_days = 2;
// Longer than all but this share of ordinary silences: from here on a silence speaks about the promise.
// Before, the tail of a curve that has met its first weekend would.
constexpr double unusual_silence = 0.1;
constexpr double enough = 20;  // ended waits of one's own, beside which priors need no topping up

// FNV-1a; a number of its own for each level, so that no two groups of one tree share a key.
std::uint64_t key(int level, std::initializer_list<std::string_view> parts) {
  std::uint64_t h = 0xcbf29ce484222325ULL + static_cast<std::uint64_t>(level);
  for (const std::string_view part : parts) {
    for (const char c : part) h = (h ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
    h = (h ^ 0x1fU) * 0x100000001b3ULL;
  }
  return h;
}

struct Local {
  unsigned weekday;  // 0: Sunday
  int hour;
};
Local local(Instant at, const TimeZone& zone) {
  const LocalTime t = zone.to_local(at);
  const auto day = floor<days>(t);
  return {std::chrono::weekday(day).c_encoding(),
          static_cast<int>(std::chrono::duration_cast<std::chrono::hours>(t - day).count())};
}

std::string_view kind_of_day(unsigned weekday) {
  return weekday == 5 ? "friday" : weekday == 6 ? "saturday" : weekday == 0 ? "sunday" : "weekday";
}

std::vector<std::uint64_t> silence_path(const Parcel& p, const Place& place, Instant since) {
  const Local l = local(since, place.zone);
  const std::string& carrier = p.carrier.str();
  if (!p.first_scan_at) {
    // Labels: by weekday, and whether the day's collection had gone.
    const std::string_view half = l.hour < 12 ? "morning" : l.hour < 17 ? "afternoon" : "evening";
    return {key(0, {carrier}), key(1, {carrier, kind_of_day(l.weekday)}),
            key(2, {carrier, kind_of_day(l.weekday), half})};
  }
  const std::string milestone = std::to_string(static_cast<int>(p.state));
  return {key(0, {carrier}), key(1, {carrier, milestone}),
          key(2, {carrier, milestone, kind_of_day(l.weekday)})};
}

std::vector<std::uint64_t> transit_path(const Parcel& p) {
  std::vector<std::uint64_t> path = {key(0, {p.carrier.str()})};
  if (!p.lane) return path;
  // "usps/groundadvantage/TX-SC"
  const std::string& lane = p.lane->str();
  const auto service = lane.substr(0, lane.find('/', lane.find('/') + 1));
  path.push_back(key(1, {service}));
  if (service.size() < lane.size()) path.push_back(key(2, {lane}));
  return path;
}

double hours(Instant from, Instant to) {
  return std::max(0.0, std::chrono::duration<double, std::ratio<3600>>(to - from).count());
}

double business_days(const Place& place, Instant from, CivilDate to) {
  return place.calendar.between(place.zone.civil_date(from), to);
}

// Business days since the day of the first scan, and how much of the present one's deliveries are through: a
// bin of the transit curve lasts until the next business day begins, and what was not brought by Friday
// evening hardly comes before Monday. Deliveries are spread over the day; a day off has a few.
double age_at(const Place& place, CivilDate first, Instant at) {
  constexpr double begins = 9, lasts = 11;  // o'clock, hours
  constexpr double day_off = 0.25;
  constexpr int most_days_off = 14;
  const CivilDate today = place.zone.civil_date(at);
  if (today < first) return 0;
  const LocalTime t = place.zone.to_local(at);
  const double clock = std::chrono::duration<double, std::ratio<3600>>(t - floor<days>(t)).count();
  const double of_today = std::clamp((clock - begins) / lasts, 0.0, 1.0);
  const auto weight = [&](sys_days day) {
    return place.calendar.is_business_day(CivilDate(day)) ? 1.0 : day_off;
  };
  double passed = of_today * weight(sys_days(today));
  double all = weight(sys_days(today));
  sys_days day = sys_days(today);
  for (int n = 0; n < most_days_off && day > sys_days(first) && weight(day) < 1; ++n) {
    day -= days(1);
    passed += weight(day);
    all += weight(day);
  }
  day = sys_days(today) + days(1);
  for (int n = 0; n < most_days_off && weight(day) < 1; ++n, day += days(1)) all += weight(day);
  return place.calendar.between(first, today) + passed / all;
}

}  // namespace

std::int32_t day_of(Instant at) {
  return static_cast<std::int32_t>(floor<days>(at).time_since_epoch().count());
}

orders::LaneKey lane_of(const Parcel& p) {
  orders::LaneKey out{p.carrier.str(), "", ""};
  if (!p.lane) return out;
  const std::string& lane = p.lane->str();
  const auto first = lane.find('/');
  const auto second = lane.find('/', first + 1);
  if (first != std::string::npos) out.service = lane.substr(first + 1, second - first - 1);
  if (second != std::string::npos) out.lane = lane.substr(second + 1);
  return out;
}

std::optional<Instant> silent_since(const Parcel& p) { return p.last_scan_at ? p.last_scan_at : p.label_at; }

ParcelModels::ParcelModels()
    : first_scans_(first_scan_settings()), gaps_(gap_settings()), transit_(transit_settings()) {}

void ParcelModels::top_up(std::int32_t day) {
  if (first_scans_.evidence({}, day) < enough) seed_first_scans(first_scans_, day);
  if (gaps_.evidence({}, day) < enough) seed_gaps(gaps_, day);
  if (transit_.evidence({}, day) < enough) seed_transit(transit_, day);
}

// What is refused (a weight out of range, too many groups) teaches nothing; there is nobody to tell.
void ParcelModels::silent(const Parcel& p, const Place& place, Instant from, Instant to) {
  const auto since = silent_since(p);
  if (!since || to <= from || p.ended_at) return;
  auto& model = p.first_scan_at ? gaps_ : first_scans_;
  (void)model.waited(silence_path(p, place, *since), hours(*since, from), hours(*since, to), day_of(to));
}

void ParcelModels::settle(const OpenSilences& open, std::int32_t day) {
  first_scans_.set_open(open.labels_final, open.labels, day);
  gaps_.set_open(open.gaps_final, open.gaps, day);
}

void ParcelModels::scanned(const Parcel& before, const Place& place, Instant since, Instant at) {
  auto& model = before.first_scan_at ? gaps_ : first_scans_;
  if (at < since) return;
  (void)model.scanned(silence_path(before, place, since), hours(since, at), day_of(at));
}

void ParcelModels::gone(const Parcel& p, const Place& place, Instant now) {
  const auto since = silent_since(p);
  if (!since) return;
  auto& model = p.first_scan_at ? gaps_ : first_scans_;
  (void)model.never(silence_path(p, place, *since), day_of(now));
}

void ParcelModels::ended(const Parcel& p, const Place& place, Instant now) {
  const std::int32_t day = day_of(now);
  const bool lost = p.state == model::ShipmentState::lost || !p.ended_at;
  if (p.state != model::ShipmentState::returned)
    (void)scorecard_.add(
        {.lane = lane_of(p),
         .on_time = p.delivered_at && (!p.deliver_by || *p.delivered_at <= *p.deliver_by),
         .first_scan_in_time = p.first_scan_at && (!p.label_at || *p.first_scan_at <= *p.label_at + days(2)),
         .lost = lost},
        day);
  if (!p.first_scan_at || !p.delivered_at) return;
  const double took = business_days(place, *p.first_scan_at, place.zone.civil_date(*p.delivered_at));
  const auto bin =
      static_cast<std::size_t>(std::clamp(took, 0.0, static_cast<double>(forecasting::curve_bins - 1)));
  const auto path = transit_path(p);
  if (bin > 0) (void)transit_.waited(path, 0, bin, day);
  (void)transit_.ended(path, bin, day);
}

void ParcelModels::judged(double said_late, bool late, std::int32_t day) {
  said_.push_back({static_cast<float>(said_late), late, day});
  if (said_.size() > most_said) said_.pop_front();
}

void ParcelModels::refit(std::int32_t day) {
  std::erase_if(said_, [&](const Said& s) { return s.day < day - said_days; });
  std::vector<forecasting::Judged> cases;
  for (const Said& s : said_) cases.push_back({static_cast<double>(s.probability), s.late, 1});
  recalibration_ = forecasting::fit_recalibration(cases, 0.5, 0.2);
  refitted_ = day;
}

const forecasting::Survival& ParcelModels::curve(Tree tree, std::span<const std::uint64_t> path,
                                                 std::int32_t day) const {
  const auto [at, fresh] = curves_.try_emplace({tree, path.back(), day});
  if (fresh)
    at->second = tree == Tree::transit ? transit_.survival(path, day)
                                       : (tree == Tree::gap ? gaps_ : first_scans_).curve(path, day);
  return at->second;
}

Chances ParcelModels::look(const Parcel& p, const Place& place, std::optional<Instant> deliver_by,
                           Instant now) const {
  Chances out;
  if (p.ended_at) return out;
  const std::int32_t day = day_of(now);
  double silent_to_the_end = 0;
  if (const auto since = silent_since(p)) {
    const auto path = silence_path(p, place, *since);
    const auto& model = p.first_scan_at ? gaps_ : first_scans_;
    const auto silence = model.look(curve(p.first_scan_at ? Tree::gap : Tree::first_scan, path, day), path,
                                    hours(*since, now), day);
    out.longer_share = silence.longer_share;
    out.stuck = silence.silent_for(24);
    (p.first_scan_at ? out.lost : out.never_scanned) = silence.final;
    if (deliver_by && now < *deliver_by && silence.longer_share < unusual_silence)
      silent_to_the_end = silence.silent_for(hours(now, *deliver_by));
  }
  if (!deliver_by) return out;
  if (now >= *deliver_by) {
    out.late = out.late_raw = 1;
    return out;
  }
  const auto& transit = curve(Tree::transit, transit_path(p), day);
  out.little_history = transit_.evidence({}, day) < 2 * prior_cases;
  const double gone = std::max(out.lost, out.never_scanned);
  // Not scanned yet: as if it were on the next business day.
  const CivilDate first = p.first_scan_at ? place.zone.civil_date(*p.first_scan_at)
                                          : place.calendar.add(place.zone.civil_date(now), 1);
  const double age = p.first_scan_at ? age_at(place, first, now) : 0;
  // The due instant ends what counts; late_chance takes the last whole bin.
  out.late_raw = forecasting::late_chance(transit, {.age_days = age, .lost = gone},
                                          age_at(place, first, *deliver_by - Millis(1)) - 1);
  // Whoever delivers it scans it: what is silent until then is late, however usual its age is.
  out.late_raw = std::clamp(std::max(out.late_raw, silent_to_the_end), 0.0, 1.0);
  // Learned from what was said at first scans. An old parcel that has not come is judged by that alone.
  out.late = age < recalibrated_days ? recalibration_.apply(out.late_raw) : out.late_raw;
  return out;
}

std::optional<ParcelModels::Arrival> ParcelModels::arrival(const Parcel& p, const Place& place, double level,
                                                           Instant now) const {
  if (!p.first_scan_at || p.ended_at) return std::nullopt;
  const auto& transit = curve(Tree::transit, transit_path(p), day_of(now));
  const CivilDate today = place.zone.civil_date(now);
  const double age = std::max(0.0, business_days(place, *p.first_scan_at, today));
  const double tail = (1 - std::clamp(level, 0.01, 0.99)) / 2;
  const CivilDate first = place.zone.civil_date(*p.first_scan_at);
  const auto at = [&](double share) {
    const int after = static_cast<int>(std::floor(forecasting::quantile_given(transit, age, share)));
    return std::max(place.calendar.add(first, after), today);
  };
  return Arrival{at(tail), at(0.5), at(1 - tail)};
}

}  // namespace forestall::parcels
