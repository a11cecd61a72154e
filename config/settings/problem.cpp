// SPDX-License-Identifier: Apache-2.0
#include "config/settings/problem.hpp"

#include <fmt/format.h>

namespace forestall::config {

std::string to_string(const Problem& problem) {
  std::string text = problem.file;
  if (problem.place.line > 0) text += fmt::format(":{}:{}", problem.place.line, problem.place.column);
  text += ": ";
  if (!problem.key.empty()) text += problem.key + ": ";
  text += "expected " + problem.expected;
  if (!problem.found.empty()) text += ", found " + problem.found;
  if (!problem.hint.empty()) text += " (" + problem.hint + ")";
  return text;
}

std::string to_string(const Problems& problems) {
  std::string text;
  for (const auto& problem : problems) text += to_string(problem) + "\n";
  return text;
}

}  // namespace forestall::config
