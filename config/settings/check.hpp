// SPDX-License-Identifier: Apache-2.0
// What concerns more than one key: defaults that follow from others, ids, references, conflicts.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings/document.hpp"
#include "config/settings/kinds.hpp"
#include "config/settings/report.hpp"
#include "config/settings/settings.hpp"

namespace forestall::config {

// Fills in what was left out and follows from something else: Redis' folder, an account's currency.
void complete(Settings& settings);

// `root` is what `settings` was read from: row i of a table there is row i here.
void check(const Settings& settings, const Node& root, std::span<const Kind> kinds, Report& report);

// One row of the file, to complain about its keys at their places.
class RowPlace {
 public:
  // Row `index` of [[section]], or the table [section]. A table that is not there has the place of the file.
  RowPlace(const Node& root, std::string_view section, bool many, std::size_t index, Report& report);

  const Node* find(std::string_view key) const;         // "breaker.value"; null where it is not given
  const Node* find_secret(std::string_view key) const;  // either of its two keys
  bool gives(std::string_view key) const { return find(key) != nullptr || find_secret(key) != nullptr; }
  std::string full(std::string_view key) const;
  // At the key's value, or at the row where the key is not given.
  void add(std::string_view key, std::string_view expected, std::string_view found,
           std::string_view hint = {}) const;
  // The same with what stands there.
  void add(std::string_view key, std::string_view expected) const;
  Place place() const { return row_ == nullptr ? Place{} : row_->place; }

 private:
  const Node* row_ = nullptr;
  std::string name_;
  Report* report_;
};

// The parts of check(), by subject.
void check_process(const Settings& settings, const Node& root, Report& report);  // [daemon] [redis] [api]
void check_ids(const Settings& settings, const Node& root, Report& report);      // unique, known
void check_kinds(const Settings& settings, const Node& root, std::span<const Kind> kinds, Report& report);
void check_trade(const Settings& settings, const Node& root, Report& report);  // money, modes, sources

}  // namespace forestall::config
