// SPDX-License-Identifier: Apache-2.0
#include "config/settings/diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "config/settings/schema.hpp"

namespace forestall::config {
namespace {

// Rows of a section by id; the one row of a plain table has the empty id.
std::unordered_map<std::string, const void*> rows_by_id(const Section& section, const Settings& settings) {
  std::unordered_map<std::string, const void*> rows;
  for (std::size_t i = 0; i < section.count(settings); ++i) {
    const void* row = section.row(settings, i);
    rows.emplace(section.id(row), row);
  }
  return rows;
}

std::string row_text(const Section& section, const std::string& id) {
  return section.many ? fmt::format("{}[{}]", section.name, id) : std::string(section.name);
}

std::string value_text(const Field& field, const void* row) {
  auto assignment = field.write(row);
  if (assignment.value.empty()) return "not set";
  if (!field.secret) return std::move(assignment.value);
  return fmt::format("{} {}", assignment.key.ends_with("_file") ? "file" : "credential", assignment.value);
}

void diff_row(const Section& section, const std::string& name, const void* before, const void* after,
              std::vector<ChangedKey>& out) {
  for (const auto& field : section.fields) {
    if (field.equal(before, after)) continue;
    auto to = value_text(field, after);
    auto from = value_text(field, before);
    if (from == to) to += " with another content";
    out.push_back({fmt::format("{}.{}", name, field.key), std::move(from), std::move(to), field.change});
  }
}

}  // namespace

std::string to_string(const ChangedKey& changed) {
  return fmt::format("{}: {} -> {}", changed.key, changed.from, changed.to);
}

std::vector<ChangedKey> diff(const Settings& running, const Settings& wanted) {
  std::vector<ChangedKey> out;
  for (const auto& section : sections()) {
    const auto before = rows_by_id(section, running);
    const auto after = rows_by_id(section, wanted);
    for (std::size_t i = 0; i < section.count(running); ++i) {
      const void* row = section.row(running, i);
      const auto id = section.id(row);
      const auto match = after.find(id);
      if (match != after.end())
        diff_row(section, row_text(section, id), row, match->second, out);
      else
        out.push_back({row_text(section, id), "present", "absent", section.rows});
    }
    for (std::size_t i = 0; i < section.count(wanted); ++i) {
      const auto id = section.id(section.row(wanted, i));
      if (!before.contains(id)) out.push_back({row_text(section, id), "absent", "present", section.rows});
    }
  }
  return out;
}

Reload plan_reload(const Settings& running, const Settings& wanted) {
  Reload plan{running, {}, {}};
  for (const auto& section : sections()) {
    if (section.many && section.rows == Change::live) {
      section.take_all(plan.next, wanted);
      continue;
    }
    const auto after = rows_by_id(section, wanted);
    for (std::size_t i = 0; i < section.count(plan.next); ++i) {
      void* row = section.mutable_row(plan.next, i);
      const auto match = after.find(section.id(row));
      if (match == after.end()) continue;
      for (const auto& field : section.fields)
        if (field.change == Change::live) field.copy(row, match->second);
    }
  }
  plan.applied = diff(running, plan.next);
  plan.needs_restart = diff(plan.next, wanted);
  return plan;
}

}  // namespace forestall::config
