// SPDX-License-Identifier: Apache-2.0
#include "config/base/secret.hpp"

#include <cstddef>
#include <cstring>

namespace forestall {

bool Secret::equals(std::string_view other) const {
  unsigned difference = value_.size() == other.size() ? 0 : 1;
  for (std::size_t i = 0; i < other.size(); ++i) {
    const char mine = value_.empty() ? '\0' : value_[i % value_.size()];
    difference |= static_cast<unsigned char>(mine ^ other[i]);
  }
  return difference == 0;
}

void Secret::wipe() { explicit_bzero(value_.data(), value_.size()); }

}  // namespace forestall
