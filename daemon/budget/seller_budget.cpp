// SPDX-License-Identifier: Apache-2.0
#include "daemon/budget/seller_budget.hpp"

#include <algorithm>

namespace forestall::budget {

using boost::asio::awaitable;
using guard::budget::Counts;
using guard::budget::Day;
using std::chrono::local_days;

namespace {

std::map<std::string, AccountDays> by_account(const ledger::BudgetCounts& counts) {
  std::map<std::string, std::map<Day, DayCount>> counted, unclear;
  for (const auto& one : counts.placed)
    counted[one.account.str()][local_days(one.day)].orders += std::max<std::int64_t>(0, one.orders);
  for (const auto& one : counts.cancelled) {
    const auto kind = guard::budget::counts(one.by, one.reason);
    const auto orders = std::max<std::int64_t>(0, one.orders);
    if (kind == Counts::yes) counted[one.account.str()][local_days(one.day)].cancels += orders;
    if (kind == Counts::unclear) unclear[one.account.str()][local_days(one.day)].cancels += orders;
  }
  std::map<std::string, AccountDays> all;
  for (auto* from : {&counted, &unclear})
    for (auto& [account, days] : *from)
      for (auto& [day, count] : days) {
        count.day = day;
        auto& to = all[account];
        (from == &counted ? to.days : to.unclear).push_back(count);
      }
  return all;
}

Millis longest_row(const config::CancelLimits& presets) {
  std::int32_t most = 30;
  for (const auto& one : presets) most = std::max(most, one.in_a_row_within_days);
  return std::chrono::days(most);
}

}  // namespace

void SellerBudget::heard(const flow::Fresh& fresh) {
  if (&fresh.seller != &seller_) return;
  const auto now = clock_.now();
  for (std::size_t i = 0; i < fresh.observations.size(); ++i) {
    if (i >= fresh.applied.outcomes.size() || !ledger::changed(fresh.applied.outcomes[i])) continue;
    const auto& one = fresh.observations[i];
    if (const auto* order = std::get_if<model::OrderUpsert>(&one)) streaks_.put(*order, now);
    if (const auto* health = std::get_if<model::AccountHealth>(&one))
      health_[health->account.str()] = *health;
  }
}

awaitable<Status> SellerBudget::read_stored() {
  auto& ledger = *seller_.ledger;
  const auto generation = ledger.mirror().generation();
  if (stored_read_ == generation) co_return Status{};
  const auto now = clock_.now();
  if (auto ok = co_await ledger.visit_kept([this, &ledger](const model::Observation& one) {
        if (const auto* health = std::get_if<model::AccountHealth>(&one)) {
          auto& known = health_[health->account.str()];
          if (known.from.true_at <= health->from.true_at) known = *health;
        }
        seller_.prices.put(ledger.mirror(), one);
      });
      !ok)
    co_return ok;
  if (auto ok = co_await ledger.visit_orders([this, &ledger, now](const model::OrderUpsert& order) {
        streaks_.put(order, now);
        seller_.prices.put(ledger.mirror(), order);
      });
      !ok)
    co_return ok;
  stored_read_ = generation;
  co_return Status{};
}

awaitable<Status> SellerBudget::refresh() {
  if (!seller_.open || seller_.ledger == nullptr)
    co_return fail_retryable(ErrorCode::unavailable, "the seller's ledger is not open");
  if (streaks_.keep_for(longest_row(presets_))) stored_read_.reset();
  if (auto ok = co_await read_stored(); !ok) co_return ok;
  const auto counts = co_await seller_.ledger->budget();
  if (!counts) co_return std::unexpected(counts.error());
  const auto days = by_account(*counts);
  const auto now = clock_.now();
  streaks_.forget(now);
  const AccountDays nothing;
  std::vector<AccountBudget> budgets;
  for (auto* account : seller_.accounts) {
    const auto& id = account->settings.id.str();
    const auto known = days.find(id);
    const auto health = health_.find(id);
    budgets.push_back(assess({.account = account->settings,
                              .seller = seller_.settings,
                              .presets = presets_,
                              .health = health == health_.end() ? nullptr : &health->second,
                              .days = known == days.end() ? nothing : known->second,
                              .now = now}));
    account->cancel_cost_factor = budgets.back().cost_factor;
    account->near_removal = near_removal(budgets.back());
    const auto before = std::ranges::find(budgets_, account->settings.id, &AccountBudget::account);
    tell(budgets.back(), before == budgets_.end() ? nullptr : &*before);
  }
  budgets_ = std::move(budgets);
  assessed_at_ = now;
  co_return Status{};
}

void SellerBudget::tell(const AccountBudget& now, const AccountBudget* before) {
  for (const auto& one : now.standings) {
    const Standing* was = nullptr;
    if (before != nullptr)
      if (const auto at = std::ranges::find(before->standings, one.in_force.name,
                                            [](const Standing& s) { return s.in_force.name; });
          at != before->standings.end())
        was = &*at;
    const auto& o = one.outlook;
    if (was != nullptr && was->outlook.left == o.left && was->outlook.breached == o.breached &&
        was->in_force.limit == one.in_force.limit && was->in_force.says == one.in_force.says)
      continue;
    const bool bad = o.judged && o.left <= 0 && o.cancels > 0;
    log_.log(o.breached ? LogLevel::error
             : bad      ? LogLevel::warning
                        : LogLevel::info,
             "cancellation_budget",
             {{"account", now.account},
              {"limit", one.in_force.name},
              {"says", word(one.in_force.says)},
              {"orders", o.orders},
              {"cancelled", o.cancels},
              {"left", o.left},
              {"breached", o.breached},
              {"chance", o.chance},
              {"cost_factor", now.cost_factor}});
    if (one.in_force.preset_ppm && (was == nullptr || !was->in_force.preset_ppm))
      log_.warning("limit_differs",
                   {{"account", now.account},
                    {"limit", one.in_force.name},
                    {"channel_ppm", one.in_force.limit.share_ppm},
                    {"preset_ppm", *one.in_force.preset_ppm},
                    {"advice", "the channel's own number is used; the preset is out of date"}});
  }
}

// One more cancellation takes them off sale.
std::set<std::string, std::less<>> SellerBudget::near_removal(const AccountBudget& budget) const {
  std::set<std::string, std::less<>> listings;
  if (budget.in_a_row < 2) return listings;
  const auto all = static_cast<std::size_t>(-1);
  for (const auto& row : rows_of(budget, static_cast<std::size_t>(budget.in_a_row - 1), all))
    listings.insert(row.listing.substr(budget.account.str().size() + 1));
  return listings;
}

std::vector<guard::budget::Streak> SellerBudget::rows_of(const AccountBudget& budget, std::size_t least,
                                                         std::size_t most) const {
  auto all = streaks_.at_least(least, clock_.now(), static_cast<std::size_t>(-1),
                               std::chrono::days(budget.in_a_row_within_days));
  const auto prefix = budget.account.str() + " ";
  std::erase_if(all, [&](const auto& s) { return !s.listing.starts_with(prefix); });
  if (all.size() > most) all.resize(most);
  return all;
}

}  // namespace forestall::budget
