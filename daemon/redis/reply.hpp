// SPDX-License-Identifier: Apache-2.0
// An answer of Redis (RESP2) as a plain value, with accessors that name the place where it is not what the
// caller expected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/base/error.hpp"

namespace forestall::redis {

class Reply {
 public:
  enum class Kind : std::uint8_t { nil, status, error, integer, bulk, array };

  Reply() = default;  // nil
  static Reply status(std::string text) { return Reply(Value(std::in_place_index<1>, std::move(text))); }
  static Reply error(std::string text) { return Reply(Value(std::in_place_index<2>, std::move(text))); }
  static Reply integer(std::int64_t value) { return Reply(Value(std::in_place_index<3>, value)); }
  static Reply bulk(std::string bytes) { return Reply(Value(std::in_place_index<4>, std::move(bytes))); }
  static Reply array(std::vector<Reply> items) {
    return Reply(Value(std::in_place_index<5>, std::move(items)));
  }

  Kind kind() const { return static_cast<Kind>(value_.index()); }
  bool is_nil() const { return kind() == Kind::nil; }
  bool is_error() const { return kind() == Kind::error; }

  // The text of a status, error or bulk; nullptr for every other kind.
  const std::string* text() const;
  const std::int64_t* integer() const { return std::get_if<3>(&value_); }
  // The items of an array; empty for every other kind.
  std::span<const Reply> items() const;

  // Accessors for answers of a known shape. `place` is what an error starts with ("LRANGE queue[3]"). An
  // error reply comes back as that error (as_error), any other surprise as `parse`.
  Status expect_ok(std::string_view place) const;                      // +OK
  Result<std::string_view> expect_text(std::string_view place) const;  // status or bulk
  Result<std::optional<std::string_view>> expect_text_or_nil(std::string_view place) const;
  Result<std::int64_t> expect_integer(std::string_view place) const;  // integer, or text that is one
  Result<std::span<const Reply>> expect_array(std::string_view place) const;
  // An array of exactly `size` items.
  Result<std::span<const Reply>> expect_array(std::string_view place, std::size_t size) const;

  // The error reply as an Error; `internal` if this is none. The detail starts with the server's own words.
  Error as_error() const;
  // The first word of an error reply ("WRONGTYPE"); empty if this is none.
  std::string_view error_word() const;

  // For logs and tests: `["a", 1, nil]`, printable, cut at `max_bytes`.
  std::string describe(std::size_t max_bytes = 200) const;

  friend bool operator==(const Reply&, const Reply&) = default;

 private:
  friend class ReplyReader;
  using Value =
      std::variant<std::monostate, std::string, std::string, std::int64_t, std::string, std::vector<Reply>>;
  explicit Reply(Value value) : value_(std::move(value)) {}
  std::unexpected<Error> unexpected(std::string_view place, std::string_view wanted) const;

  Value value_;
};

std::string_view kind_name(Reply::Kind kind);

// What an error text of the server means to callers: WRONGPASS is `unauthenticated`, LOADING is `unavailable`
// and may be retried, OOM and MISCONF are `io`, and so on; unknown words are `invalid_argument`.
Error error_from_server(std::string_view text);

}  // namespace forestall::redis
