// SPDX-License-Identifier: Apache-2.0
// What the nodes of one document share. Included only by document.cpp and node.cpp.
#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string_view>

#include "connectors/json/document.hpp"

namespace forestall::json::detail {

inline constexpr std::size_t no_index = static_cast<std::size_t>(-1);

// One step of a path, kept in the arena once a child has been asked for. The root's has neither name nor
// index.
struct Step {
  const Step* parent = nullptr;
  std::string_view name;
  std::size_t index = no_index;
};

struct Context {
  explicit Context(std::size_t first_block, const Limits& given) : arena(first_block), limits(given) {}
  boost::json::monotonic_resource arena;
  boost::json::value root;
  Limits limits;
  std::optional<Error> error;
};

}  // namespace forestall::json::detail
