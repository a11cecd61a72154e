// SPDX-License-Identifier: Apache-2.0
// Fills settings from a document by the schema: types, ranges, unknown and missing keys.
#pragma once

#include "config/settings/document.hpp"
#include "config/settings/report.hpp"
#include "config/settings/schema.hpp"
#include "config/settings/settings.hpp"

namespace forestall::config {

// Each row of the file becomes a row of the settings, in the same order, however bad it is; what could not be
// read keeps its default.
Settings read_document(const Node& root, Report& report);

// "account[amazon-us]", "account[#2]" where the id cannot be read, "redis".
std::string row_name(std::string_view section, bool many, const Node& row, std::size_t index);

}  // namespace forestall::config
