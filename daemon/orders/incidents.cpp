// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/incidents.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

namespace forestall::orders {
namespace {

// P(N >= n) of a Poisson law, summed from the upper end where it is small.
double at_least(std::size_t n, double mean) {
  if (n == 0) return 1;
  if (!(mean > 0)) return 0;
  double term = -mean;
  for (std::size_t i = 1; i <= n; ++i) term += std::log(mean / static_cast<double>(i));
  double p = std::exp(term);
  double sum = 0;
  for (std::size_t i = n; p > 1e-18 * sum || static_cast<double>(i) < mean; ++i) {
    sum += p;
    p *= mean / static_cast<double>(i + 1);
    if (i > n + 10'000) break;
  }
  return std::min(1.0, sum);
}

constexpr double enough_others = 5;

void add(Incident& g, const SilentParcel& p) {
  if (g.parcels == 0) {
    g.service = p.service;
    g.lane = p.lane;
    g.since = p.since;
  }
  if (g.service != p.service) g.service.clear();
  if (g.lane != p.lane) g.lane.clear();
  g.since = std::min(g.since, p.since);
  ++g.parcels;
  g.orders.emplace_back(p.account, p.order);
}

template <class T>
void sort_each_once(std::vector<T>& of) {
  std::ranges::sort(of);
  of.erase(std::ranges::unique(of).begin(), of.end());
}

}  // namespace

std::string_view word(IncidentKind kind) {
  return kind == IncidentKind::collection_missed ? "collection_missed" : "hub_silent";
}

std::vector<Incident> find_incidents(std::span<const SilentParcel> parcels, const IncidentRules& rules,
                                     const std::set<IncidentKey>& standing) {
  std::vector<Incident> out;
  std::set<std::pair<AccountId, OrderId>> explained;
  for (const IncidentKind kind : {IncidentKind::collection_missed, IncidentKind::hub_silent}) {
    std::map<std::pair<std::string, std::string>, Incident> groups;
    std::map<std::string, std::pair<std::size_t, std::size_t>> carriers;  // silent, all
    for (const SilentParcel& p : parcels) {
      const std::string& place = kind == IncidentKind::collection_missed ? p.manifest : p.hub;
      if (place.empty() || explained.contains({p.account, p.order})) continue;
      Incident& g = groups[{p.carrier, place}];
      g.kind = kind;
      g.carrier = p.carrier;
      g.place = place;
      ++g.of;
      g.expected += std::clamp(p.usual, 0.0, 1.0);
      auto& [silent, all] = carriers[p.carrier];
      ++all;
      if (!p.silent) continue;
      ++silent;
      add(g, p);
    }
    for (auto& [key, g] : groups) {
      // On a day on which nobody scans every group is silent: what the carrier's others do is usual too.
      const auto& [silent, all] = carriers[key.first];
      const auto others = static_cast<double>(all - g.of);
      if (others >= enough_others)
        g.expected = std::max(g.expected,
                              static_cast<double>(g.of) * static_cast<double>(silent - g.parcels) / others);
      g.chance = at_least(g.parcels, g.expected);
      const double share = static_cast<double>(g.parcels) / static_cast<double>(g.of);
      const bool begins = g.parcels >= rules.least && share >= rules.share && g.chance <= rules.rare;
      const bool goes_on = g.parcels > 0 && share >= rules.goes_on && standing.contains(key_of(g));
      if (!begins && !goes_on) continue;
      sort_each_once(g.orders);
      for (const auto& [account, order] : g.orders)
        if (g.accounts.empty() || g.accounts.back() != account) g.accounts.push_back(account);
      explained.insert(g.orders.begin(), g.orders.end());
      out.push_back(std::move(g));
    }
  }
  std::ranges::sort(out, {}, [](const Incident& i) { return std::tuple(i.chance, i.carrier, i.place); });
  return out;
}

}  // namespace forestall::orders
