// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/operations.hpp"

#include <fmt/format.h>

#include <vector>

#include "config/base/text.hpp"

namespace forestall::amazon {

namespace {

// Rates: orders_2026-01-01, listingsItems_2021-08-01, fbaInventory, reports_2021-06-30 and sellers models.
// A report is asked for by POST; asking twice costs a report and nothing else, so it may be repeated.
constexpr Operations documented{{
    {.name = "searchOrders", .documented = {.per_second = 0.0056, .burst = 20}},
    {.name = "getOrder", .documented = {.per_second = 0.5, .burst = 30}},
    {.name = "getListingsItem", .documented = {.per_second = 5, .burst = 10}},
    {.name = "searchListingsItems", .documented = {.per_second = 5, .burst = 5}},
    {.name = "patchListingsItem",
     .documented = {.per_second = 5, .burst = 5},
     .idempotent = false,
     .act = true},
    {.name = "patchListingsItem", .documented = {.per_second = 5, .burst = 5}},
    {.name = "getInventorySummaries", .documented = {.per_second = 2, .burst = 2}},
    {.name = "createReport", .documented = {.per_second = 0.0167, .burst = 15}},
    {.name = "getReport", .documented = {.per_second = 2, .burst = 15}},
    {.name = "getReports", .documented = {.per_second = 0.0222, .burst = 10}},
    {.name = "getReportDocument", .documented = {.per_second = 0.0167, .burst = 15}},
    {.name = "downloadReport", .documented = {.per_second = 5, .burst = 5}, .expect = http::Expect::any},
    {.name = "getMarketplaceParticipations", .documented = {.per_second = 0.016, .burst = 15}},
}};

}  // namespace

Result<Operations> operations(const std::map<std::string, Rate>& rates) {
  Operations all = documented;
  for (const auto& [name, rate] : rates) {
    bool found = false;
    std::vector<std::string_view> names;
    for (auto& operation : all) {
      names.push_back(operation.name);
      if (operation.name != name) continue;
      operation.documented = rate;
      found = true;
    }
    if (found) continue;
    const auto near = nearest_word(name, names);
    return fail(ErrorCode::not_found,
                fmt::format("rates: \"{}\" is no operation that is called{}", printable(name, 40),
                            near ? fmt::format("; did you mean \"{}\"?", *near) : std::string()));
  }
  return all;
}

}  // namespace forestall::amazon
