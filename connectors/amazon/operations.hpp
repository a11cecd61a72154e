// SPDX-License-Identifier: Apache-2.0
// The operations of the Selling Partner API that we call, with the limits their models state.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "config/base/error.hpp"
#include "config/base/rate.hpp"
#include "connectors/http/api_caller.hpp"

namespace forestall::amazon {

// The order is that of the table below.
enum class Op : std::uint8_t {
  search_orders,
  get_order,
  get_listing,
  search_listings,
  patch_listing,
  preview_patch,  // the same operation, asked to validate only: the same bucket, but nothing changes
  get_inventory,
  create_report,
  get_report,
  get_reports,
  get_report_document,
  download_report,  // a plain link, without a token
  participations,
};
inline constexpr std::size_t op_count = 13;

using Operations = std::array<http::Operation, op_count>;

// "searchOrders" with the documented 0.0056/s burst 20 and so on; `rates` (by Amazon's names, from the
// configuration) replaces single ones. not_found for a name that is none of ours.
Result<Operations> operations(const std::map<std::string, Rate>& rates);

}  // namespace forestall::amazon
