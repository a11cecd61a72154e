// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/lateness/alerts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace forestall::bench {
namespace {

using Morning = std::vector<const MorningRow*>;

AlertScore score(const std::vector<const MorningRow*>& alerts, const std::map<std::size_t, bool>& late) {
  AlertScore out;
  out.alerts = alerts.size();
  std::vector<double> leads;
  for (const MorningRow* a : alerts)
    if (late.at(a->order)) leads.push_back(a->due_in_days + 1);
  const auto all = std::ranges::count_if(late, [](const auto& l) { return l.second; });
  const auto right = static_cast<double>(leads.size());
  out.precision = alerts.empty() ? 0 : right / static_cast<double>(alerts.size());
  out.recall = all == 0 ? 0 : right / static_cast<double>(all);
  if (!leads.empty()) {
    const auto middle = leads.begin() + static_cast<std::ptrdiff_t>(leads.size() / 2);
    std::ranges::nth_element(leads, middle);
    out.lead_days = *middle;
  }
  return out;
}

}  // namespace

std::vector<AlertComparison> compare_alerts(const ReplayResult& result) {
  std::map<std::size_t, bool> late;
  for (const ParcelRow& row : result.parcels)
    if (row.stage == 0) late[row.order] = row.late;
  std::map<std::int32_t, Morning> mornings;
  for (const MorningRow& row : result.mornings)
    if (late.contains(row.order)) mornings[row.day].push_back(&row);

  std::vector<std::pair<std::string, std::function<bool(const MorningRow&)>>> rules;
  for (const int n : {3, 5, 7})
    rules.emplace_back(fmt::format("not here {} business days on", n),
                       [n](const MorningRow& m) { return m.age_business_days >= n; });
  for (const int n : {3, 5, 7})
    rules.emplace_back(fmt::format("not here {} days before the promise", n),
                       [n](const MorningRow& m) { return m.due_in_days <= n; });

  std::vector<AlertComparison> out;
  for (const auto& [name, fires] : rules) {
    std::set<std::size_t> by_rule;
    std::set<std::size_t> by_model;
    std::vector<const MorningRow*> rule_alerts;
    std::vector<const MorningRow*> model_alerts;
    for (auto& [day, rows] : mornings) {
      std::size_t fired = 0;
      for (const MorningRow* m : rows)
        if (fires(*m) && by_rule.insert(m->order).second) {
          rule_alerts.push_back(m);
          ++fired;
        }
      std::ranges::sort(rows, [](const MorningRow* a, const MorningRow* b) {
        return a->probability != b->probability ? a->probability > b->probability : a->order < b->order;
      });
      for (const MorningRow* m : rows) {
        if (fired == 0) break;
        if (!by_model.insert(m->order).second) continue;
        model_alerts.push_back(m);
        --fired;
      }
    }
    out.push_back({name, score(rule_alerts, late), score(model_alerts, late)});
  }
  return out;
}

}  // namespace forestall::bench
