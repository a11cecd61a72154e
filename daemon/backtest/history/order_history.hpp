// SPDX-License-Identifier: Apache-2.0
// Somebody's order lines as demand for the world: five kinds of CSV, told apart by their header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"
#include "daemon/backtest/world/catalogue.hpp"
#include "daemon/backtest/world/demand.hpp"

namespace forestall {

enum class HistoryFormat : std::uint8_t {
  generic,        // time,order_id,channel,sku,quantity[,unit_price,status], columns in any order
  amazon_report,  // Amazon's order reports (flat file): amazon-order-id, purchase-date, sku, quantity, ...
  amazon_orders,  // an export of Seller Central: Order ID, Date (a day), SKU, Qty, ...; newest first
  online_retail,  // UCI Online Retail: InvoiceNo, StockCode, Quantity, InvoiceDate (a minute), ...
  fresh_retail,   // FreshRetailNet-50K: sid, dt, sales_x100_by_hour, stockout_by_hour; a row a series and day
};

struct HistoryOptions {
  std::uint64_t seed = 1;  // of what the file does not say: channels, clock times
  // For files that name channels: the first ones, others follow as they come. For all others: as many as
  // there are shares, where none are given.
  std::vector<std::string> channels{};
  std::vector<double> shares{0.60, 0.25, 0.15};  // of the orders; for files without channels
  bool whole_quantities = false;                 // online_retail: a line is its quantity, not one unit
  bool names = true;  // of SKUs, orders and their prices; numbers alone are enough for a study
};

struct OrderHistory {
  HistoryFormat format{};
  std::vector<std::string> skus{};
  std::vector<std::string> channels{};
  std::vector<std::string> orders{};
  std::vector<std::int64_t> unit_price_minor{};  // of each SKU, the first one seen; 0 where the file has none
  world::Catalogue catalogue{};                  // plain: every SKU on every channel
  world::Demand demand{};
  // Rows that are no demand: cancelled invoices, write-offs, postage.
  std::uint64_t skipped = 0;
  // Rows of which something was made up by the seed.
  std::uint64_t imputed_times = 0, imputed_channels = 0, imputed_quantities = 0;
  // fresh_retail: hours in which the shelf was empty. What was wanted then is not in the file.
  std::uint64_t censored_hours = 0;
};

// A whole file at once. parse with the line and the column where a row cannot be read; too_large past 50
// million rows or 256 channels.
Result<OrderHistory> read_order_history(std::string_view csv, const HistoryOptions& options);

}  // namespace forestall
