// SPDX-License-Identifier: Apache-2.0
// Tells whether a text is still the one that a version number stands for.
#pragma once

#include <string>
#include <string_view>

namespace forestall::test {

// SHA-256, 64 digits in lower case.
std::string sha256_hex(std::string_view text);

}  // namespace forestall::test
