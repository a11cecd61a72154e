// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "daemon/backtest/study/report.hpp"

namespace forestall::backtest {

namespace json = boost::json;

namespace {

json::object policy_json(std::string name, const PolicyScore& policy, const CellResult& cell) {
  const SkuScore sum = policy.total();
  return {{"policy", std::move(name)},
          {"filled", sum.filled},
          {"oversold", sum.oversold},
          {"lost", cell.reference.total().filled - sum.filled},
          {"regret", regret(policy, cell.reference, cell.cancel_cost)},
          {"writes", policy.writes}};
}

json::object cell_json(const StudyResult& result, const CellResult& cell) {
  json::array policies;
  policies.push_back(policy_json("zero_latency", cell.reference, cell));
  policies.push_back(policy_json("zero_latency_losses_seen", cell.known_losses, cell));
  policies.push_back(policy_json("bound_losses_known_in_law", cell.known_law, cell));
  policies.push_back(policy_json("none", cell.buffers[0], cell));
  for (std::size_t b = 0; b < cell.buffers.size(); ++b)
    policies.push_back(policy_json(fmt::format("buffer_{}", b), cell.buffers[b], cell));
  policies.push_back(policy_json("buffer_per_sku", cell.own_buffers, cell));
  policies.push_back(policy_json("split_by_share", cell.split, cell));
  for (const GuardResult& guard : cell.guards) {
    auto one = policy_json("guard", guard.score, cell);
    one["writes_are"] = writes_text(guard.writes);
    one["ratio_to_best_buffer"] = guard.ratio ? json::value(*guard.ratio) : json::value(nullptr);
    one["ratio_low"] = guard.interval.low;
    one["ratio_high"] = guard.interval.high;
    json::array classes;
    const auto split = by_velocity(guard.score, cell.reference, cell.cancel_cost,
                                   result.days * static_cast<double>(cell.seeds));
    for (std::size_t i = 0; i < split.size(); ++i)
      classes.push_back(json::object{{"units_per_day", velocity_names[i]},
                                     {"skus", split[i].skus},
                                     {"lost", split[i].lost},
                                     {"oversold", split[i].oversold},
                                     {"regret", split[i].regret}});
    one["by_velocity"] = std::move(classes);
    policies.push_back(std::move(one));
  }
  return {{"loss_rate", cell.loss_rate},     {"poll_scale", cell.scale},
          {"cancel_cost", cell.cancel_cost}, {"seeds", cell.seeds},
          {"best_buffer", cell.best_name},   {"best_buffer_regret", cell.best_regret},
          {"policies", std::move(policies)}};
}

template <class T>
json::array list(const std::vector<T>& values) {
  json::array out;
  for (const T& value : values) out.push_back(json::value(value));
  return out;
}

json::object settings_json(const StudySettings& s) {
  const GuardSettings guard = guard_settings(s, s.cancel_costs[0], s.poll_every, s.writes[0]);
  json::array polls, writes;
  for (const Millis every : s.poll_every) polls.push_back(json::value(duration_text(every)));
  for (const auto& kinds : s.writes) writes.push_back(json::value(writes_text(kinds)));
  return {{"train_until", to_string(s.train_until)},
          {"end", s.end == Instant{} ? json::value(nullptr) : json::value(to_string(s.end))},
          {"seeds", list(s.seeds)},
          {"poll_every", std::move(polls)},
          {"poll_scales", list(s.scales)},
          {"cancel_costs", list(s.cancel_costs)},
          {"loss_rates", list(s.loss_rates)},
          {"writes", std::move(writes)},
          {"visible_after", duration_text(s.visible_after)},
          {"live_after", duration_text(s.live_after)},
          {"lead_time", duration_text(s.stock.lead_time)},
          {"z", s.stock.z},
          {"cover", duration_text(s.stock.cover)},
          {"trailing_days", s.stock.trailing_days},
          {"count_every_days", s.stock.count_every_days},
          {"correct_after", duration_text(s.stock.correct_after)},
          {"write_cost", s.write_cost},
          {"caution", s.caution},
          {"sweep_every", duration_text(s.sweep_every)},
          {"stock_least_units", s.stock.least},
          {"margin", guard.margin},
          {"dwell", duration_text(guard.dwell)},
          {"lot_units", guard.lot_units},
          {"knows_receipts", guard.knows_receipts},
          {"unordered", duration_text(guard.unordered)},
          {"most_buffer", s.most_buffer},
          {"bootstrap", s.bootstrap}};
}

}  // namespace

std::string report_json(const StudyResult& result, const ReportContext& context) {
  json::array cells, summaries;
  for (const CellResult& cell : result.cells) cells.push_back(cell_json(result, cell));
  if (!result.cells.empty())
    for (const Summary& sum : summarise(result))
      summaries.push_back(
          json::object{{"loss_rate", sum.loss_rate},
                       {"writes", writes_text(sum.writes)},
                       {"mean_ratio", sum.mean ? json::value(*sum.mean) : json::value(nullptr)},
                       {"worst_ratio", sum.worst},
                       {"worst_ratio_to_none", sum.worst_against_none}});
  const json::object all{{"file", context.file},
                         {"order_lines", result.history_lines},
                         {"skus", result.history_skus},
                         {"days_scored", result.days},
                         {"partial", result.partial},
                         {"worlds_played", result.worlds_played},
                         {"worlds_planned", result.worlds_planned},
                         {"seeds_complete", result.seeds},
                         {"imputed_times", context.history.imputed_times},
                         {"imputed_channels", context.history.imputed_channels},
                         {"imputed_quantities", context.history.imputed_quantities},
                         {"channels", list(context.history.channels)},
                         {"caveats", caveats(context.history)},
                         {"settings", settings_json(result.settings)},
                         {"digest", fmt::format("{:016x}", result.digest)},
                         {"guard_lines_per_second", result.guard_lines_per_second},
                         {"buffer_lines_per_second", result.buffer_lines_per_second},
                         {"summary", std::move(summaries)},
                         {"cells", std::move(cells)}};
  return json::serialize(all) + "\n";
}

}  // namespace forestall::backtest
