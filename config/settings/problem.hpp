// SPDX-License-Identifier: Apache-2.0
// What is wrong with a configuration: where, at which key, what was expected, what stood there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace forestall::config {

// Line and column count from 1, columns in characters; line 0 is the file as a whole.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  friend auto operator<=>(const Place&, const Place&) = default;
};

struct Problem {
  std::string file;
  Place place;
  std::string key;       // "redis.call_deadline", "account[amazon-us].poll.orders"; empty for the whole file
  std::string expected;  // "a duration like \"15m\", from 10ms to 10m"
  std::string found;     // "5"; never a secret
  std::string hint;      // "did you mean \"call_deadline\"?"; often empty

  friend bool operator==(const Problem&, const Problem&) = default;
};

using Problems = std::vector<Problem>;

// "forestall.toml:12:9: redis.call_deadline: expected a duration like "15m", found 5 (hint)". One line.
std::string to_string(const Problem& problem);
// All of them, a line each, in the order of their places.
std::string to_string(const Problems& problems);

}  // namespace forestall::config
