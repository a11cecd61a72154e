// SPDX-License-Identifier: Apache-2.0
// The data sets the forecasting benches read, each skipped by name where it is missing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"

namespace forestall::test {

// ${FORESTALL_SOURCE_DIR}/../shared/data
std::filesystem::path data_folder(const char* source_dir);

// Splits one CSV line; quotes are taken off, doubled quotes kept as one.
void split_csv(std::string_view line, std::vector<std::string_view>& fields);

using SeriesSet = std::vector<std::vector<float>>;

Result<SeriesSet> load_m5_tiny(const std::filesystem::path& folder);  // daily units by item and store
Result<SeriesSet> load_oil(const std::filesystem::path& folder);      // monthly, oldest first; missing = 0

SeriesSet parse_carparts(std::string_view csv);  // monthly; missing = 0

struct Masked {
  SeriesSet units;
  std::vector<std::vector<bool>> in_stock;
};
Result<Masked> load_vn2(const std::filesystem::path& folder);                                   // weekly
Result<Masked> load_freshretail(const std::filesystem::path& folder, std::size_t most_series);  // hourly

struct OrderLine {
  std::uint32_t sku;
  std::int64_t seconds;  // since 1970, shop's own clock taken as UTC
  std::int32_t units;
};
// Sales only (cancelled invoices and write-offs left out), in order of time.
Result<std::vector<OrderLine>> load_online_retail(const std::filesystem::path& folder, std::size_t& skus);

}  // namespace forestall::test
