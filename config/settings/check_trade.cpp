// SPDX-License-Identifier: Apache-2.0
// Money in the right currency, modes that do not contradict each other, one authority for each place of
// stock.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "config/base/text.hpp"
#include "config/settings/check.hpp"

namespace forestall::config {
namespace {

void check_currency(const std::optional<Money>& money, const std::optional<Currency>& wanted,
                    std::string_view key, const RowPlace& row) {
  if (money && wanted && money->currency() != *wanted)
    row.add(key, fmt::format("an amount in {}", wanted->code()));
}

void check_seller(const SellerSettings& seller, const RowPlace& row) {
  if (row.gives("currency")) {
    check_currency(seller.margin_per_unit, seller.currency, "margin_per_unit", row);
    check_currency(seller.cancellation_cost, seller.currency, "cancellation_cost", row);
  }
}

void check_account(const AccountSettings& account, const RowPlace& row) {
  check_currency(account.breaker.value, account.currency, "breaker.value", row);
  if (account.mode == Mode::guard && account.writes == Writes::none)
    row.add("writes", "\"all\" or \"lower_only\" where mode = \"guard\"", "\"none\"",
            "mode = \"advise\" is the one that tells without acting");
}

// Accounts of one credential are one login: the same kind, application and secrets.
void check_credentials(const Settings& settings, const Node& root, Report& report) {
  std::map<std::string, std::size_t> first;
  const auto login = [](const AccountSettings& a) {
    return std::tie(a.kind, a.token_url, a.client_id, a.client_secret, a.refresh_token, a.username,
                    a.password, a.token);
  };
  for (std::size_t i = 0; i < settings.accounts.size(); ++i) {
    const auto& account = settings.accounts[i];
    const auto& name = account.credential.value_or("");
    if (name.empty()) continue;
    const auto [found, fresh] = first.emplace(name, i);
    const auto& model = settings.accounts[found->second];
    if (fresh || login(model) == login(account)) continue;
    const RowPlace row(root, "account", true, i, report);
    if (!row.gives("credential") && model.id == account.id)
      continue;  // the same id twice is reported as such
    row.add("credential",
            fmt::format("the kind, keys and secrets of account \"{}\", which names the same credential",
                        model.id.str()),
            "others");
  }
}

std::string place_text(const StockSettings& stock) {
  return fmt::format("location \"{}\", pool \"{}\"", printable(stock.location.str(), 60), stock.pool);
}

void check_stock(const Settings& settings, const Node& root, Report& report) {
  struct Sources {
    std::size_t first = 0;
    std::optional<std::size_t> authority;
  };
  std::map<std::tuple<SellerId, LocationId, std::string>, Sources> places;
  for (std::size_t i = 0; i < settings.stocks.size(); ++i) {
    const auto& stock = settings.stocks[i];
    const RowPlace row(root, "stock", true, i, report);
    if (stock.stale_after <= stock.poll)
      row.add("stale_after", fmt::format("longer than poll ({})", duration_text(stock.poll)),
              duration_text(stock.stale_after));
    if (stock.seller.empty() || stock.location.empty()) continue;
    auto& sources =
        places.try_emplace({stock.seller, stock.location, stock.pool}, Sources{i, {}}).first->second;
    if (!stock.authority) continue;
    if (sources.authority)
      row.add("authority",
              fmt::format("false, as [[stock]] \"{}\" has the authority for {}",
                          settings.stocks[*sources.authority].id.str(), place_text(stock)),
              "true");
    else
      sources.authority = i;
  }
  for (const auto& [key, sources] : places)
    if (!sources.authority)
      RowPlace(root, "stock", true, sources.first, report)
          .add("authority",
               fmt::format("true for one source of {}", place_text(settings.stocks[sources.first])), "none");
}

// A misspelt pool would leave an account without stock for ever.
void check_pools(const Settings& settings, const Node& root, Report& report) {
  std::map<SellerId, std::set<std::string_view>> pools;
  for (const auto& stock : settings.stocks) pools[stock.seller].insert(stock.pool);
  for (std::size_t i = 0; i < settings.accounts.size(); ++i) {
    const auto& account = settings.accounts[i];
    const auto known = pools.find(account.seller);
    if (known == pools.end()) continue;  // stock comes by import
    for (const auto& pool : account.pools) {
      if (pool == "fba" || known->second.contains(pool)) continue;
      const std::vector<std::string_view> names(known->second.begin(), known->second.end());
      const auto near = nearest_word(pool, names);
      RowPlace(root, "account", true, i, report)
          .add("pools", "pools of the seller's [[stock]], or \"fba\"", fmt::format("\"{}\"", pool),
               near ? fmt::format("did you mean \"{}\"?", *near) : std::string());
    }
  }
}

}  // namespace

void check_trade(const Settings& settings, const Node& root, Report& report) {
  for (std::size_t i = 0; i < settings.sellers.size(); ++i)
    check_seller(settings.sellers[i], RowPlace(root, "seller", true, i, report));
  for (std::size_t i = 0; i < settings.accounts.size(); ++i)
    check_account(settings.accounts[i], RowPlace(root, "account", true, i, report));
  check_credentials(settings, root, report);
  check_stock(settings, root, report);
  check_pools(settings, root, report);
}

}  // namespace forestall::config
