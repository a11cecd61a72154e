// SPDX-License-Identifier: Apache-2.0
// Writing the truth.
#include "tests/sandbox/truth_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "connectors/csv/reader.hpp"

namespace forestall::sandbox {

namespace {

using boost::json::array;
using boost::json::object;

object tally_json(const world::Tally& tally) {
  return {{"offered", tally.offered}, {"accepted", tally.accepted}, {"refused", tally.refused},
          {"filled", tally.filled},   {"oversold", tally.oversold}, {"withdrawn", tally.withdrawn},
          {"open", tally.open}};
}

object calls_json(const Account& account) {
  object operations;
  for (const auto& [operation, calls] : account.calls)
    operations[operation] = object{{"calls", calls.calls},
                                   {"throttled", calls.throttled},
                                   {"refused", calls.refused},
                                   {"faults", calls.faults}};
  return operations;
}

bool zeroed(const Market& market, const Account& account, std::size_t index) {
  const Listing& listing = account.listings.at(index);
  return listing.in_world && listing.has_default && listing.active && listing.zeroed_by_api &&
         market.world().listed(*listing.in_world) == 0;
}

// Both kinds of listings at zero by a write while there is stock: with the SKU for sale elsewhere, or
// nowhere.
void add_pauses(const Market& market, object& json) {
  std::int64_t paused = 0;
  array orphaned;
  const auto& stock = market.world().stock();
  for (std::uint32_t sku = 0; sku < market.setting().skus.size(); ++sku) {
    const bool there = std::min(stock.physical(sku), stock.book(sku)) > stock.open(sku);
    if (!there) continue;
    bool for_sale = false;
    std::vector<std::string> zeros;
    for (const Account& account : market.accounts()) {
      const auto index = *account.listings.find(market.setting().skus[sku]);
      for_sale = for_sale || account.listings.buyable(index, market.world());
      if (zeroed(market, account, index)) zeros.push_back(account.name);
    }
    paused += static_cast<std::int64_t>(zeros.size());
    if (for_sale) continue;
    for (const std::string& account : zeros)
      orphaned.push_back(object{{"account", account}, {"sku", market.setting().skus[sku]}});
  }
  json["paused_with_stock"] = paused;
  json["orphaned_pauses"] = orphaned.size();
  json["orphaned"] = orphaned;
}

}  // namespace

object truth_json(const world::Truth& truth) {
  return {{"orders", tally_json(truth.orders)},
          {"lines", tally_json(truth.lines)},
          {"units", tally_json(truth.units)},
          {"lost_units", truth.lost_units},
          {"writes", truth.writes},
          {"writes_live", truth.writes_live},
          {"digest", fmt::format("{:016x}", truth.digest)}};
}

object market_truth_json(const Market& market) {
  const world::World& world = market.world();
  object json = truth_json(world.truth());
  json["now"] = to_string(market.now());
  json["start"] = to_string(market.setting().scenario.start);
  json["end"] = to_string(market.setting().scenario.end);
  json["seed"] = market.options().seed;
  const auto books = check_books(world.demand(), world.lines());
  json["books_add_up"] = books.has_value();
  object accounts;
  for (std::size_t i = 0; i < market.accounts().size(); ++i) {
    world::Tally tally;
    for (world::LineIndex line = 0; line < world.demand().size(); ++line) {
      const world::LineTruth& truth = world.lines()[line];
      if (!truth.offered || world.demand().listing[line] % market.setting().catalogue.channels != i) continue;
      const std::int32_t asked = world.demand().units[line];
      tally.offered += asked;
      tally.accepted += truth.accepted;
      tally.refused += asked - truth.accepted;
      tally.filled += truth.filled;
      tally.oversold += truth.oversold;
      tally.withdrawn += truth.withdrawn;
      tally.open += truth.open();
    }
    const Account& account = market.accounts()[i];
    std::int64_t harmed = 0;
    for (const Listing& listing : account.listings.all())
      harmed += listing.has_default && listing.fba_quantity ? 1 : 0;
    accounts[account.name] = object{
        {"units", tally_json(tally)}, {"calls", calls_json(account)}, {"fba_items_with_default", harmed}};
  }
  json["accounts"] = accounts;
  add_pauses(market, json);
  if (!market.warehouse_fault().empty()) json["warehouse_fault"] = market.warehouse_fault();
  return json;
}

std::string lines_csv(const Market& market) {
  const world::World& world = market.world();
  const auto& setting = market.setting();
  std::string text = "time,account,order,sku,asked,accepted,filled,oversold,withdrawn,open\n";
  for (world::LineIndex line = 0; line < world.demand().size(); ++line) {
    const world::LineTruth& truth = world.lines()[line];
    if (!truth.offered) continue;
    const auto listing = world.demand().listing[line];
    text += fmt::format(
        "{},{},{},{},{},{},{},{},{},{}\n", to_string(world.demand().time[line]),
        market.accounts()[listing % setting.catalogue.channels].name, world.demand().order[line],
        csv::quote_field(setting.skus[listing / setting.catalogue.channels]), world.demand().units[line],
        truth.accepted, truth.filled, truth.oversold, truth.withdrawn, truth.open());
  }
  return text;
}

}  // namespace forestall::sandbox
