// SPDX-License-Identifier: Apache-2.0
// The first row of a file: which column is which.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"

namespace forestall::csv {

class Header {
 public:
  // Names are compared without blanks around them and without regard to ASCII case. A name that stands twice
  // and an empty name are errors (parse).
  static Result<Header> parse(std::span<const std::string_view> fields);

  std::optional<std::size_t> find(std::string_view name) const;
  std::size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }  // trimmed, in lower case
  // Every name must be one of `known`: an error names the first that is not and the nearest that is.
  Status only(std::span<const std::string_view> known) const;
  // The column of `name`, or an error (not_found) that lists the columns there are.
  Result<std::size_t> require(std::string_view name) const;

 private:
  std::vector<std::string> names_;
};

}  // namespace forestall::csv
