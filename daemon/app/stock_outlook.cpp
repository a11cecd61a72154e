// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/stock_outlook.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/alerting/emit/state.hpp"
#include "forecasting/supply/demand_rate.hpp"

namespace forestall::app {
namespace {

using namespace std::chrono_literals;

constexpr Millis round_every = 1h;
constexpr auto slice = 1500us;  // of the loop's turn, which has 5 ms
constexpr std::size_t most_shortfalls = 5000;
constexpr std::size_t most_suspects = 10'000;
constexpr std::size_t most_excess_kept = 4 * alerting::most_excess_named;
constexpr double window_days = 28;

}  // namespace

bool StockOutlook::look(alerting::Inbox& inbox, const flow::Seller& seller, const guard::DemandModel& model) {
  const auto now = context_.clock.now();
  const auto& mirror = seller.ledger->mirror();
  auto& round = rounds_[seller.settings.id];
  if (round.generation != mirror.generation()) round = {.generation = mirror.generation()};
  // Without stock that is known every forecast of it is a guess.
  if (!seller.stock_read || seller.stock_stale) return false;
  if (round.done) {
    if (round.begun != Instant{} && now - round.begun < round_every && now >= round.begun) return false;
    round = {.generation = mirror.generation(), .begun = now, .done = false};
  }
  const auto until = context_.machine_clock.monotonic() + slice;
  const auto skus = static_cast<std::uint32_t>(std::min(mirror.skus(), model.size()));
  for (unsigned n = 0; round.next < skus; ++round.next, ++n) {
    if (n % 32 == 31 && context_.machine_clock.monotonic() >= until) return true;
    look_at(round, seller, model, round.next);
  }
  tell(round, inbox, seller);
  return true;
}

void StockOutlook::look_at(Round& round, const flow::Seller& seller, const guard::DemandModel& model,
                           std::uint32_t sku) const {
  const auto& mirror = seller.ledger->mirror();
  const auto state = mirror.state(ledger::SkuRef{sku}, model::Pool::own);
  if (!state || state->certainty == forestall::model::Certainty::unknown) return;
  if (state->certainty == forestall::model::Certainty::suspect) {
    if (round.suspects.size() < most_suspects) round.suspects.emplace(mirror.name(ledger::SkuRef{sku}));
    return;
  }
  const auto now = context_.clock.now();
  const auto level = model.level(sku, now);
  const auto window = model.window(level, now, std::chrono::days(static_cast<int>(window_days)));
  const alerting::StockFacts facts{
      .sku = std::string(mirror.name(ledger::SkuRef{sku})),
      .available =
          static_cast<int>(std::clamp<std::int64_t>(state->available.count(), -1'000'000, 1'000'000'000)),
      .demand = forecasting::DemandRate::of(window, window_days, level.dispersion)};
  if (round.shortfalls.size() < most_shortfalls)
    if (auto alert = alerting::shortfall_alert(facts, seller.settings, now)) {
      round.shortfalls.push_back(std::move(*alert));
      return;
    }
  if (auto excess = alerting::excess_of(facts, seller.settings)) {
    ++round.excess_count;
    round.excess_units += excess->units;
    round.excess.push_back(std::move(*excess));
    if (round.excess.size() < most_excess_kept) return;
    std::ranges::nth_element(round.excess, round.excess.begin() + alerting::most_excess_named,
                             std::greater<>{}, &alerting::Excess::units);
    round.excess.resize(alerting::most_excess_named);
  }
}

void StockOutlook::doubted(const flow::Seller& seller, std::string_view sku) {
  const auto round = rounds_.find(seller.settings.id);
  if (round == rounds_.end() || round->second.done) return;
  if (round->second.suspects.size() < most_suspects) round->second.suspects.emplace(sku);
}

std::vector<alerting::Alert> StockOutlook::suspects_of(const Round& round, const flow::Seller& seller) {
  const auto& mirror = seller.ledger->mirror();
  std::vector<alerting::Alert> alerts;
  for (const auto& sku : round.suspects) {
    const auto ref = mirror.find_sku(sku);
    const auto state = ref ? mirror.state(*ref, model::Pool::own) : std::nullopt;
    if (state && state->certainty == forestall::model::Certainty::suspect)
      alerts.push_back(alerting::suspect_sku_alert(seller.settings.id, sku));
  }
  for (const auto& source : seller.sources)
    if (source.doubted)
      alerts.push_back(alerting::source_alert(seller.settings.id, source.id.str(), source.why, true));
  return alerts;
}

void StockOutlook::tell(Round& round, alerting::Inbox& inbox, const flow::Seller& seller) {
  round.done = true;
  const auto& id = seller.settings.id;
  inbox.all({id, alerting::AlertKind::shortfall, {}}, std::move(round.shortfalls));
  inbox.all({id, alerting::AlertKind::suspect_stock, {}}, suspects_of(round, seller));
  round.suspects.clear();
  std::vector<alerting::Alert> excess;
  if (auto alert = alerting::excess_alert(std::move(round.excess), round.excess_count, round.excess_units,
                                          seller.settings))
    excess.push_back(std::move(*alert));
  inbox.all({id, alerting::AlertKind::excess_stock, {}}, std::move(excess));
}

}  // namespace forestall::app
