// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/budget_views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

namespace forestall::app {
namespace {

namespace json = boost::json;
using budget::AccountBudget;
using budget::Standing;
using guard::budget::Day;

constexpr std::size_t most_listings = 100;

std::string text_of(Day day) { return to_string(CivilDate(day)); }

json::object standing_json(const Standing& one) {
  const auto& in_force = one.in_force;
  const auto& limit = in_force.limit;
  const auto& o = one.outlook;
  json::object j{{"name", in_force.name},
                 {"says", word(in_force.says)},
                 {"source", in_force.source},
                 {"limit", static_cast<double>(limit.share_ppm) / 1e6},
                 {"compare", limit.inclusive ? "at_most" : "below"},
                 {"window_days", limit.window_days},
                 {"orders", o.orders},
                 {"cancelled", o.cancels},
                 {"allowed", o.allowed},
                 {"left", o.left},
                 {"judged", o.judged},
                 {"breached", o.breached},
                 {"orders_a_day", o.orders_a_day},
                 {"cancel_rate", o.belief.mean()},
                 {"chance", o.chance},
                 {"chance_after_one_more", o.chance_after_one_more}};
  if (in_force.dated) j["dated"] = to_string(*in_force.dated);
  if (!in_force.note.empty()) j["note"] = in_force.note;
  if (in_force.preset_ppm) j["preset_limit"] = static_cast<double>(*in_force.preset_ppm) / 1e6;
  if (o.oldest) {
    j["oldest"] = text_of(*o.oldest);
    j["oldest_leaves"] = text_of(*o.oldest_leaves);
    j["leaving"] = o.leaving;
  }
  return j;
}

std::string listing_of(const guard::budget::Streak& row) {
  return row.listing.substr(row.listing.find(' ') + 1);
}

json::object account_json(const budget::SellerBudget& seller, const AccountBudget& account) {
  json::array limits;
  for (const auto& one : account.standings) limits.push_back(standing_json(one));
  json::object j{{"account", account.account.str()},     {"today", text_of(account.today)},
                 {"cost_factor", account.cost_factor},   {"unclear", account.unclear},
                 {"only_channel", account.only_channel}, {"limits", std::move(limits)}};
  if (account.in_a_row > 0) {
    json::array listings;
    const auto least = static_cast<std::size_t>(account.in_a_row - 1);
    for (const auto& row : seller.rows_of(account, least, most_listings))
      listings.push_back(json::object{
          {"listing", listing_of(row)}, {"cancelled", row.cancels}, {"newest_order", to_string(row.newest)}});
    j["in_a_row"] = json::object{{"limit", account.in_a_row},
                                 {"within_days", account.in_a_row_within_days},
                                 {"listings", std::move(listings)}};
  }
  return j;
}

std::string share_text(const budget::InForce& in_force) {
  return fmt::format("{} {:g} % in {} days", in_force.limit.inclusive ? "at most" : "below",
                     static_cast<double>(in_force.limit.share_ppm) / 1e4, in_force.limit.window_days);
}

}  // namespace

const std::string_view budget_schema = R"({
  "type": "object", "required": ["seller", "accounts"],
  "properties": {
    "seller": {"type": "string"},
    "assessed_at": {"type": "string", "format": "date-time"},
    "accounts": {"type": "array", "items": {"type": "object", "properties": {
      "account": {"type": "string"},
      "today": {"type": "string", "description": "in the account's time zone"},
      "cost_factor": {"type": "number", "description": "how many times as much a cancellation is taken to cost"},
      "unclear": {"type": "integer", "description": "cancellations of which nobody said whose they are; not counted"},
      "only_channel": {"type": "integer", "description": "counted by the channel's report alone, and added"},
      "limits": {"type": "array", "description": "empty: nobody says a limit", "items": {"type": "object", "properties": {
        "name": {"type": "string"}, "says": {"type": "string", "enum": ["channel", "setting", "preset"]},
        "dated": {"type": "string"}, "source": {"type": "string"}, "note": {"type": "string"},
        "limit": {"type": "number"}, "preset_limit": {"type": "number"},
        "compare": {"type": "string", "enum": ["below", "at_most"]}, "window_days": {"type": "integer"},
        "orders": {"type": "integer"}, "cancelled": {"type": "integer"}, "allowed": {"type": "integer"},
        "left": {"type": "integer"}, "judged": {"type": "boolean"}, "breached": {"type": "boolean"},
        "oldest": {"type": "string"}, "oldest_leaves": {"type": "string"}, "leaving": {"type": "integer"},
        "orders_a_day": {"type": "number"}, "cancel_rate": {"type": "number"},
        "chance": {"type": "number", "description": "of a breach on any day of the coming window"},
        "chance_after_one_more": {"type": "number"}}}},
      "in_a_row": {"type": "object", "properties": {
        "limit": {"type": "integer"}, "within_days": {"type": "integer"},
        "listings": {"type": "array", "items": {"type": "object", "properties": {
          "listing": {"type": "string"}, "cancelled": {"type": "integer"},
          "newest_order": {"type": "string"}}}}}}}}}}})";

json::object budget_json(const budget::SellerBudget& seller) {
  json::array accounts;
  for (const auto& one : seller.budgets()) accounts.push_back(account_json(seller, one));
  json::object j{{"seller", seller.seller().settings.id.str()}, {"accounts", std::move(accounts)}};
  if (seller.assessed_at()) j["assessed_at"] = to_string(*seller.assessed_at());
  return j;
}

void collect_budget(metrics::Page& page, const budget::SellerBudget& seller) {
  const auto seconds = [](std::optional<Instant> at) {
    return at ? std::chrono::duration<double>(at->time_since_epoch()).count() : 0;
  };
  page.gauge("forestall_budget_assessed_timestamp_seconds", "When the budgets were last assessed; 0: never.",
             seconds(seller.assessed_at()), {{"seller", seller.seller().settings.id.str()}});
  for (const auto& account : seller.budgets()) {
    const auto& id = account.account.str();
    page.gauge("forestall_budget_cost_factor", "How many times as much a cancellation is taken to cost.",
               account.cost_factor, {{"account", id}});
    page.gauge("forestall_budget_unclear_cancels",
               "Cancelled orders in the window of which nobody said whose they are.",
               static_cast<double>(account.unclear), {{"account", id}});
    if (account.in_a_row > 0)
      page.gauge("forestall_budget_listings_in_a_row",
                 "Listings with as many cancellations in a row as take them off sale.",
                 std::uint64_t{seller
                                   .rows_of(account, static_cast<std::size_t>(account.in_a_row),
                                            static_cast<std::size_t>(-1))
                                   .size()},
                 {{"account", id}});
    for (const auto& one : account.standings) {
      const auto& o = one.outlook;
      const auto gauge = [&](std::string_view name, std::string_view help, double value) {
        page.gauge(name, help, value, {{"account", id}, {"limit", one.in_force.name}});
      };
      gauge("forestall_budget_orders", "Orders in the window of the limit.", static_cast<double>(o.orders));
      gauge("forestall_budget_cancelled_orders", "Cancelled orders that count against the limit.",
            static_cast<double>(o.cancels));
      gauge("forestall_budget_allowed_orders", "Cancelled orders that the limit allows.",
            static_cast<double>(o.allowed));
      gauge("forestall_budget_left_orders", "Orders that may still be cancelled; below 0: so many too many.",
            static_cast<double>(o.left));
      gauge("forestall_budget_breach_probability_ratio", "Of exceeding the limit within one window from now.",
            o.chance);
      gauge("forestall_budget_breach_after_one_more_probability_ratio",
            "Of exceeding the limit, were one more order cancelled today.", o.chance_after_one_more);
      page.gauge("forestall_budget_limit_ratio", "The limit in force, by who says it.",
                 static_cast<double>(one.in_force.limit.share_ppm) / 1e6,
                 {{"account", id}, {"limit", one.in_force.name}, {"says", word(one.in_force.says)}});
      gauge("forestall_budget_limit_differs", "1 where the channel says another limit than the preset.",
            one.in_force.preset_ppm ? 1 : 0);
      gauge("forestall_budget_oldest_leaves_timestamp_seconds",
            "When the oldest cancellation leaves the window (midnight UTC of the day); 0: there is none.",
            o.oldest_leaves ? std::chrono::duration<double>(o.oldest_leaves->time_since_epoch()).count() : 0);
    }
  }
}

std::vector<alerting::Alert> budget_alerts(const budget::SellerBudget& seller) {
  std::vector<alerting::Alert> all;
  const auto& id = seller.seller().settings.id;
  for (const auto& account : seller.budgets()) {
    for (const auto& one : account.standings) {
      const auto& o = one.outlook;
      // Few orders allow none at all: that is no news until something was cancelled.
      if (!o.judged || o.left > 0 || o.cancels == 0) continue;
      const auto leaves = o.oldest_leaves ? fmt::format("{} of them no longer count from {}", o.leaving,
                                                        text_of(*o.oldest_leaves))
                                          : std::string("nothing leaves the window soon");
      all.push_back(
          {.identity = {id, config::AlertKind::budget, account.account, one.in_force.name},
           .severity = o.breached ? config::Severity::urgent : config::Severity::warning,
           .hard = true,
           .headline =
               o.breached ? fmt::format("{}: {} of {} orders cancelled, {} more than allowed",
                                        account.account.str(), o.cancels, o.orders, -o.left)
                          : fmt::format("{}: one more cancellation exceeds the limit", account.account.str()),
           .first = "Cancel nothing that can still be shipped; look at the orders at risk first.",
           .numbers = {fmt::format("limit: {} ({}, {})", share_text(one.in_force), word(one.in_force.says),
                                   one.in_force.dated ? to_string(*one.in_force.dated) : "no date"),
                       fmt::format("{} orders, {} cancelled, {} allowed", o.orders, o.cancels, o.allowed),
                       leaves},
           .labels = {{"limit", one.in_force.name}}});
    }
    if (account.in_a_row == 0) continue;
    for (const auto& row : seller.rows_of(account, static_cast<std::size_t>(account.in_a_row), most_listings))
      all.push_back({.identity = {id, config::AlertKind::budget, account.account, "row " + listing_of(row)},
                     .severity = config::Severity::urgent,
                     .hard = true,
                     .headline = fmt::format("{}: {} cancellations in a row of {}", account.account.str(),
                                             row.cancels, listing_of(row)),
                     .first = "Count its stock; the channel may take the offer off sale.",
                     .numbers = {fmt::format("{} in a row within {} days are enough", account.in_a_row,
                                             account.in_a_row_within_days)},
                     .labels = {{"listing", listing_of(row)}}});
  }
  return all;
}

}  // namespace forestall::app
