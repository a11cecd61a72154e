// SPDX-License-Identifier: Apache-2.0
// Building the world from the options.
#include "tests/sandbox/setting.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "daemon/backtest/history/order_history.hpp"
#include "daemon/backtest/world/draws.hpp"
#include "daemon/backtest/world/shoppers.hpp"

namespace forestall::sandbox {

namespace {

using std::chrono::days;
using std::chrono::floor;

std::vector<std::string> account_names(int accounts) {
  std::vector<std::string> names;
  for (int i = 1; i <= accounts; ++i) names.push_back(fmt::format("account-{}", i));
  return names;
}

Result<Setting> replayed(const Options& options) {
  std::ifstream file(options.orders, std::ios::binary);
  if (!file) return fail(ErrorCode::io, fmt::format("{}: cannot be opened", options.orders));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto history = read_order_history(text, {.seed = options.seed,
                                           .channels = account_names(options.accounts),
                                           .shares = options.account_shares(),
                                           .whole_quantities = options.whole_quantities});
  if (!history) return fail_in(options.orders, history.error());
  if (history->demand.size() == 0)
    return fail(ErrorCode::parse, fmt::format("{}: no sale in it", options.orders));
  // A generic file names its own channels: the first ones become the accounts.
  const auto accounts = static_cast<std::uint32_t>(options.accounts);
  const bool named = history->channels.size() > accounts;
  const std::uint32_t offset = named ? accounts : 0;
  if (history->channels.size() - offset > accounts)
    return fail(ErrorCode::invalid_argument, fmt::format("{}: {} channels for {} accounts", options.orders,
                                                         history->channels.size() - offset, accounts));
  Setting setting{.skus = std::move(history->skus),
                  .price_minor = std::move(history->unit_price_minor),
                  .orders = std::move(history->orders)};
  setting.catalogue = world::Catalogue::plain(static_cast<std::uint32_t>(setting.skus.size()), accounts);
  setting.demand = std::move(history->demand);
  const auto columns = static_cast<std::uint32_t>(history->channels.size());
  for (auto& listing : setting.demand.listing) {
    const std::uint32_t channel = listing % columns;
    if (channel < offset)
      return fail(ErrorCode::invalid_argument,
                  fmt::format("{}: some channels are called account-N", options.orders));
    listing = listing / columns * accounts + channel - offset;
  }
  return setting;
}

Setting generated(const Options& options) {
  Setting setting{.catalogue =
                      world::Catalogue::plain(options.skus, static_cast<std::uint32_t>(options.accounts))};
  const Instant start = std::chrono::sys_days(std::chrono::year{2026} / 1 / 5);
  setting.demand = world::shoppers({.seed = options.seed,
                                    .start = start,
                                    .end = start + days{28 + options.days},
                                    .lines_per_sku_day = options.lines_per_sku_day,
                                    .channel_shares = options.account_shares()},
                                   setting.catalogue);
  // A few names as awkward as real ones: they must survive URLs, files and keys.
  static constexpr std::string_view awkward[] = {"A/B 50%", "#7+1",  "O'Neil & Co",
                                                 "Größe-L", "x,y;z", "tab?=&"};
  for (std::uint32_t sku = 0; sku < options.skus; ++sku)
    setting.skus.push_back(sku < std::size(awkward) && options.skus > 10 ? std::string(awkward[sku])
                                                                         : fmt::format("SKU-{:05}", sku));
  return setting;
}

}  // namespace

Result<Setting> make_setting(const Options& options, Instant real_now) {
  auto setting = options.orders.empty() ? Result<Setting>(generated(options)) : replayed(options);
  if (!setting) return setting;
  world::Demand& demand = setting->demand;
  setting->price_minor.resize(setting->skus.size());
  for (std::size_t sku = 0; sku < setting->skus.size(); ++sku)
    if (setting->price_minor[sku] == 0)
      setting->price_minor[sku] = 999 + 100 * static_cast<std::int64_t>(world::mix(options.seed ^ sku) % 60);

  const Instant natural = floor<days>(demand.time.empty() ? real_now : demand.time.front()) + days{28};
  const Instant start = options.start ? *options.start : options.lock_step ? natural : real_now;
  const Millis shift = floor<days>(start) - floor<days>(natural);
  for (Instant& time : demand.time) time += shift;
  if (demand.time.empty() || demand.time.back() < start)
    return fail(ErrorCode::invalid_argument,
                "no shopper comes after the 28 days of history that the stock needs");

  world::Scenario& scenario = setting->scenario;
  scenario = {.seed = options.seed, .start = start, .end = floor<days>(demand.time.back()) + days{1}};
  scenario.channels.assign(static_cast<std::size_t>(options.accounts),
                           {.visible_after = options.visible_after,
                            .live_after = options.live_after,
                            .countdown_after = options.countdown_after,
                            .restores_on_cancel = options.restores_on_cancel,
                            .pending_share = options.pending_share,
                            .pending_dies = options.pending_dies});
  scenario.stock.loss_rate = options.loss_rate;
  scenario.stock.lead_time = options.lead_time;
  scenario.stock.cover = options.cover;
  scenario.fulfilment = {.pick_after = options.pick_after, .withdrawn_share = options.withdrawn_share};
  if (auto ok = check(scenario); !ok) return std::unexpected(ok.error());
  if (auto ok = check(demand, setting->catalogue); !ok) return std::unexpected(ok.error());
  return setting;
}

}  // namespace forestall::sandbox
