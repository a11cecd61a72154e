// SPDX-License-Identifier: Apache-2.0
#include "daemon/budget/assess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace forestall::budget {
namespace {

using guard::budget::Day;
using std::chrono::days;
using std::chrono::local_days;

constexpr std::int64_t million = 1'000'000;

const model::HealthReading* report_of(const Facts& facts) {
  if (facts.health == nullptr || facts.health->from.true_at < facts.now - report_good_for) return nullptr;
  for (const auto& reading : facts.health->readings)
    if (reading.metric == model::HealthMetric::cancellation_rate && reading.first_day.ok() &&
        reading.last_day.ok() && local_days(reading.last_day) >= local_days(reading.first_day))
      return &reading;
  return nullptr;
}

std::int64_t orders_in(std::span<const DayCount> all, Day today, std::int32_t window) {
  std::int64_t sum = 0;
  for (const auto& one : all)
    if (one.day <= today && one.day > today - days(window)) sum += one.orders;
  return sum;
}

InForce from_preset(const config::CancelLimit& preset, std::span<const DayCount> counted, Day today) {
  InForce f{.says = Says::preset,
            .limit = {.share_ppm = preset.share_ppm,
                      .inclusive = preset.inclusive,
                      .window_days = preset.window_days,
                      .min_orders = preset.min_orders,
                      .min_cancels = preset.min_cancels,
                      .min_cancels_below = preset.min_cancels_below},
            .name = preset.name,
            .dated = preset.read_on,
            .source = preset.source,
            .note = preset.note};
  if (preset.few_orders > 0 && orders_in(counted, today, preset.window_days) < preset.few_orders)
    f.limit.window_days = preset.few_window_days;
  return f;
}

std::vector<InForce> limits_in_force(const Facts& facts, std::span<const DayCount> counted, Day today,
                                     AccountBudget& budget) {
  std::vector<InForce> all;
  const auto presets =
      config::cancel_limits_of(facts.presets, facts.account.kind, facts.account.marketplace.value_or(""));
  for (const auto* preset : presets) {
    if (preset->in_a_row > 0 && (budget.in_a_row == 0 || preset->in_a_row < budget.in_a_row)) {
      budget.in_a_row = preset->in_a_row;
      budget.in_a_row_within_days = preset->in_a_row_within_days;
    }
    if (!facts.account.cancel_limit.share) all.push_back(from_preset(*preset, counted, today));
  }
  if (const auto& own = facts.account.cancel_limit; own.share)
    all.push_back({.says = Says::setting,
                   .limit = {.share_ppm = std::max<std::int64_t>(1, std::llround(*own.share * 1e6)),
                             .window_days = static_cast<std::int32_t>(
                                 std::max<std::int64_t>(1, std::chrono::ceil<days>(own.window).count())),
                             .min_orders = own.min_orders},
                   .name = "cancel_limit.share",
                   .source = "the configuration"});
  const auto* report = report_of(facts);
  if (report == nullptr || !report->limit || !(*report->limit > 0) || *report->limit > 1) return all;
  // The channel's word takes the place of whatever is said about the same window.
  const auto window =
      static_cast<std::int32_t>((local_days(report->last_day) - local_days(report->first_day)).count() + 1);
  InForce channel{
      .says = Says::channel,
      .limit = {.share_ppm = std::llround(*report->limit * 1e6), .window_days = std::clamp(window, 1, 400)},
      .name = fmt::format("report-{}d", window),
      .dated = report->last_day,
      .source = "the channel's report of the account's performance"};
  channel.limit.share_ppm = std::max<std::int64_t>(1, channel.limit.share_ppm);
  for (const auto* preset : presets) {
    if (preset->window_days != window && presets.size() > 1) continue;
    channel.limit.inclusive = preset->inclusive;
    channel.limit.min_orders = preset->min_orders;
    channel.limit.min_cancels = preset->min_cancels;
    channel.limit.min_cancels_below = preset->min_cancels_below;
    channel.note = preset->note;
    if (preset->share_ppm != channel.limit.share_ppm) channel.preset_ppm = preset->share_ppm;
  }
  const bool only_one = all.size() == 1;
  std::erase_if(all, [&](const InForce& f) {
    return only_one || f.says == Says::setting || f.limit.window_days == window;
  });
  all.insert(all.begin(), std::move(channel));
  return all;
}

// The channel may know of cancellations that we cannot attribute: the worse of both counts.
std::int64_t add_report(const Facts& facts, std::vector<DayCount>& counted) {
  const auto* report = report_of(facts);
  if (report == nullptr) return 0;
  const Day first = local_days(report->first_day), last = local_days(report->last_day);
  std::int64_t ours = 0;
  for (const auto& one : counted)
    if (one.day >= first && one.day <= last) ours += one.cancels;
  const auto more = std::min(report->count, million) - ours;
  if (more <= 0) return 0;
  const auto at = std::ranges::find(counted, last, &DayCount::day);
  if (at != counted.end())
    at->cancels += more;
  else
    counted.push_back({last, 0, more});
  return more;
}

double cost_in_margins(const config::SellerSettings& seller) {
  if (!seller.cancellation_cost) return seller.cancellation_cost_in_margins;
  if (seller.margin_per_unit && seller.margin_per_unit->currency() == seller.cancellation_cost->currency())
    return static_cast<double>(seller.cancellation_cost->minor()) /
           static_cast<double>(seller.margin_per_unit->minor());
  return config::SellerSettings{}.cancellation_cost_in_margins;
}

}  // namespace

std::string_view word(Says says) {
  constexpr std::array<std::string_view, 3> words{"channel", "setting", "preset"};
  return words[static_cast<std::size_t>(says)];
}

AccountBudget assess(const Facts& facts) {
  AccountBudget budget{.account = facts.account.id};
  const auto zone = facts.account.time_zone.value_or(facts.seller.time_zone);
  budget.today = local_days(zone.civil_date(facts.now));
  auto counted = facts.days.days;
  budget.only_channel = add_report(facts, counted);
  const auto cost = cost_in_margins(facts.seller);
  const auto breach_days =
      std::chrono::duration<double, days::period>(facts.account.cancel_limit.breach_costs).count();
  std::int32_t longest = 0;
  for (auto& in_force : limits_in_force(facts, counted, budget.today, budget)) {
    longest = std::max(longest, in_force.limit.window_days);
    auto outlook = guard::budget::look_ahead(in_force.limit, counted, budget.today);
    budget.cost_factor =
        std::max(budget.cost_factor, guard::budget::cancel_cost_factor(outlook, breach_days, cost));
    budget.standings.push_back({std::move(in_force), outlook});
  }
  for (std::size_t i = 0; i < budget.standings.size(); ++i) {
    const auto& one = budget.standings[i].outlook;
    if (!budget.tightest) {
      budget.tightest = i;
      continue;
    }
    const auto& least = budget.standings[*budget.tightest].outlook;
    if (one.left < least.left || (one.left == least.left && one.chance > least.chance)) budget.tightest = i;
  }
  for (const auto& one : facts.days.unclear)
    if (one.day <= budget.today && one.day > budget.today - days(longest)) budget.unclear += one.cancels;
  return budget;
}

}  // namespace forestall::budget
