// SPDX-License-Identifier: Apache-2.0
#include "config/settings/print.hpp"

#include <fmt/format.h>

#include <iterator>

#include "config/settings/schema.hpp"

namespace forestall::config {
namespace {

void print_row(const Section& section, const void* row, std::string& out) {
  out += section.many ? fmt::format("[[{}]]\n", section.name) : fmt::format("[{}]\n", section.name);
  for (const auto& field : section.fields) {
    if (!field.in_force(row)) {
      out += fmt::format("# {}: not in force, only {}\n", field.key, field.only);
      continue;
    }
    const auto [key, value] = field.write(row);
    if (value.empty()) {
      out += fmt::format("# {}: not set\n", field.key);
      continue;
    }
    const bool is_default = field.need == Need::optional && field.equal(row, section.defaults);
    const std::string_view note = field.secret ? "  # the secret itself is not shown" : "  # default";
    out += fmt::format("{} = {}{}\n", key, value, field.secret || is_default ? note : "");
  }
}

}  // namespace

std::string effective(const Settings& settings) {
  std::string out;
  for (const auto& section : sections())
    for (std::size_t i = 0; i < section.count(settings); ++i) {
      if (!out.empty()) out += "\n";
      print_row(section, section.row(settings, i), out);
    }
  return out;
}

}  // namespace forestall::config
