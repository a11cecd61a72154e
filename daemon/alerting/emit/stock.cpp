// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/emit/stock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "daemon/alerting/compose.hpp"
#include "daemon/alerting/emit/words.hpp"
#include "forecasting/supply/reorder.hpp"
#include "forecasting/supply/shortfall.hpp"

namespace forestall::alerting {
namespace {

using std::chrono::days;

constexpr double tell_within_days = 7;  // of the last day to order
constexpr double press_within_days = 3;
constexpr double cover_days = 21;  // of the order that is advised
constexpr int look_ahead_days = 90;

double in_days(Millis span) { return std::chrono::duration<double, std::ratio<86'400>>(span).count(); }

CivilDate day_in(double ahead, const TimeZone& zone, Instant now) {
  return zone.civil_date(now + days(static_cast<int>(std::clamp(ahead, 0.0, 3650.0))));
}

std::string a_day(double units) {
  if (units >= 10) return fmt::format("{:.0f} a day", units);
  if (units >= 0.5) return fmt::format("{:.1f} a day", units);
  return fmt::format("{:.1f} a week", units * 7);
}

// "between Wed 25 Nov and Sat 28 Nov": the days by which it is empty with chances of 10 and 90 %.
std::string when_empty(const StockFacts& facts, const TimeZone& zone, Instant now) {
  if (facts.available <= 0) return "is sold out";
  const auto law = forecasting::run_out(facts.demand, facts.available, {}, look_ahead_days,
                                        forecasting::RunOutEvent::empty);
  if (!law) return "runs short";
  const double early = law->day(0.1), late = law->day(0.9);
  if (early < 0) return "runs short";
  const auto first = say_day(day_in(early, zone, now));
  if (late < 0) return fmt::format("may run out from {} on", first);
  const auto last = say_day(day_in(late, zone, now));
  return first == last ? "runs out on " + first : fmt::format("runs out between {} and {}", first, last);
}

}  // namespace

std::optional<Alert> shortfall_alert(const StockFacts& facts, const config::SellerSettings& seller,
                                     Instant now) {
  if (!(facts.demand.units_per_day > 0)) return std::nullopt;
  const double lead_days = in_days(seller.lead_time);
  const auto lead_time = forecasting::LeadTime::of({}, {}, lead_days);
  const int position = std::max(0, facts.available);
  const auto advice = forecasting::advise_reorder(
      facts.demand, position, lead_time, {.service = seller.service_level, .cover_days = cover_days});
  if (!advice || advice->units <= 0 || advice->order_within_days > tell_within_days) return std::nullopt;
  const bool pressing = advice->too_late || advice->order_within_days <= press_within_days;
  const auto last_day = day_in(advice->order_within_days, seller.time_zone, now);
  Alert alert{.identity = {seller.id, AlertKind::shortfall, {}, facts.sku},
              .severity = pressing ? Severity::warning : Severity::info,
              .headline = fmt::format("{} {}", facts.sku, when_empty(facts, seller.time_zone, now)),
              .act_by = seller.time_zone.end_of_day(last_day),
              .labels = {{"sku", facts.sku}}};
  if (advice->too_late)
    alert.first = fmt::format("Reorder {} now, and ask for fast delivery: an ordinary one may come too late.",
                              advice->units);
  else
    alert.first = fmt::format("Reorder {} by {}.", advice->units, say_day(last_day));
  alert.numbers = {
      fmt::format("{} left to sell, about {} are sold", facts.available, a_day(facts.demand.units_per_day)),
      fmt::format("delivery takes {:.0f} days; short before it with a chance of {} if ordered now", lead_days,
                  say_share(advice->shortfall_if_now))};
  return alert;
}

std::optional<Excess> excess_of(const StockFacts& facts, const config::SellerSettings& seller) {
  if (facts.available <= 0) return std::nullopt;
  const auto cover = forecasting::cover(facts.demand, facts.available, 0, in_days(seller.excess_cover));
  if (cover.excess_units <= 0) return std::nullopt;
  return Excess{.sku = facts.sku, .units = cover.excess_units, .weeks = cover.weeks};
}

std::optional<Alert> excess_alert(std::vector<Excess> largest, std::size_t count, long long units,
                                  const config::SellerSettings& seller) {
  if (largest.empty()) return std::nullopt;
  std::ranges::sort(largest, [](const Excess& a, const Excess& b) {
    return a.units != b.units ? a.units > b.units : a.sku < b.sku;
  });
  if (largest.size() > most_excess_named) largest.resize(most_excess_named);
  Alert alert{
      .identity = {seller.id, AlertKind::excess_stock, {}, "excess"},
      .severity = Severity::info,
      .headline = fmt::format("{} more units than will sell within {}, of {} {}",
                              thousands(static_cast<std::size_t>(units)), say_span(seller.excess_cover),
                              thousands(count), count == 1 ? "item" : "items"),
      .first = "Stop reordering these, and consider a lower price, from the top."};
  for (const auto& one : largest)
    alert.numbers.push_back(
        one.weeks >= 520 ? fmt::format("{}: {} too many, lasts ten years or more", one.sku, one.units)
                         : fmt::format("{}: {} too many, lasts {:.0f} weeks", one.sku, one.units, one.weeks));
  return alert;
}

}  // namespace forestall::alerting
