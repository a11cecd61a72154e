// SPDX-License-Identifier: Apache-2.0
// A secret that cannot be printed by accident: no stream operator, no formatter, no conversion to text.
#pragma once

#include <fmt/format.h>

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace forestall {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&&) = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) = default;
  ~Secret() { wipe(); }

  bool empty() const { return value_.empty(); }
  // The one way to the value; search for callers of this to audit where secrets go.
  std::string_view reveal() const { return value_; }
  // Compares in time that does not depend on where the texts differ.
  bool equals(std::string_view other) const;

 private:
  void wipe();
  std::string value_;
};

std::ostream& operator<<(std::ostream&, const Secret&) = delete;

}  // namespace forestall

template <>
struct fmt::formatter<forestall::Secret> {
  formatter() = delete;
};
