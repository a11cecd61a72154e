// SPDX-License-Identifier: Apache-2.0
// Stock from CSV and TSV files in a watched place.
#pragma once

#include <memory>

#include "config/settings/stock.hpp"
#include "connectors/ports/context.hpp"
#include "connectors/ports/stock_source.hpp"

namespace forestall::stock_csv {

// invalid_argument where `columns` names a column that there is not. The place need not exist yet.
Result<std::unique_ptr<ports::StockSource>> make_stock_source(const config::StockSettings& settings,
                                                              const ports::Context& context);

}  // namespace forestall::stock_csv
