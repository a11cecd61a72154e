// SPDX-License-Identifier: Apache-2.0
// All tables of the configuration with all their keys: the one description that everything else follows.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "config/settings/field.hpp"
#include "config/settings/settings.hpp"

namespace forestall::config {

struct Section {
  std::string_view name;          // "daemon"
  bool many = false;              // [[seller]]
  Change rows = Change::restart;  // what it takes for a row of [[...]] to come or go
  std::string_view help;
  std::vector<Field> fields;
  const void* defaults = nullptr;  // a row with nothing set
  std::function<std::size_t(const Settings&)> count;
  std::function<const void*(const Settings&, std::size_t)> row;
  std::function<void*(Settings&, std::size_t)> mutable_row;
  std::function<void(Settings&, const Settings&)> take_all;  // replaces this table's rows by the other's
  std::function<void*(Settings&)> add;                       // a new row of [[...]], the row of [...]

  const Field* find(std::string_view key) const;
  // The id of a row of [[...]], or empty.
  std::string id(const void* of_row) const;
};

// In the order in which they are documented and printed.
std::span<const Section> sections();

std::vector<Field> daemon_fields();
std::vector<Field> redis_fields();
std::vector<Field> api_fields();
std::vector<Field> seller_fields();
std::vector<Field> account_fields();
std::vector<Field> stock_fields();
std::vector<Field> carrier_fields();
std::vector<Field> notify_fields();

}  // namespace forestall::config
