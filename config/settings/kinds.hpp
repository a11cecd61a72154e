// SPDX-License-Identifier: Apache-2.0
// The kinds of channels, stock sources, carriers and alert sinks, and what each must be told. A new connector
// adds its line in kinds.cpp.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace forestall::config {

struct Kind {
  std::string_view section;               // "account"
  std::string_view name;                  // "amazon"
  std::vector<std::string_view> needs;    // keys that must be given; a credential by its key without ending
  std::vector<std::string_view> schemes;  // of `url`, where the section has one
};

std::span<const Kind> shipped_kinds();

}  // namespace forestall::config
