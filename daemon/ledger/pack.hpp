// SPDX-License-Identifier: Apache-2.0
// MessagePack, as far as the function library speaks it (Redis' cmsgpack): nil, booleans, integers, doubles,
// texts and arrays, concatenated. The reader takes hostile bytes: it never reads past the end nor allocates
// more than the input could hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/error.hpp"

namespace forestall::ledger {

class Packer {
 public:
  Packer& nil();
  Packer& boolean(bool value);
  Packer& integer(std::int64_t value);
  Packer& number(double value);
  Packer& text(std::string_view bytes);
  Packer& array(std::size_t items);  // the items follow
  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  void big_endian(std::uint64_t value, int bytes);
  std::string bytes_;
};

// Reads one value after the other. The first mismatch makes every later read fail too: check ok() once, at
// the end.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

  bool boolean();
  std::int64_t integer();  // also a number in decimal text, as the functions accept it
  double number();
  std::string_view text();
  std::size_t array();  // number of items that follow; a map of none is an empty array (Lua cannot tell)
  // false and nil stand for "absent": reads it and returns true, else leaves the value to be read.
  bool absent();
  bool next_is_array() const;
  void skip();  // one value with all it holds

  bool ok() const { return problem_.empty(); }
  bool at_end() const { return rest_.empty(); }
  void fail(std::string_view problem);
  // parse, with what went wrong and the byte it was at.
  Error error(std::string_view place) const;

 private:
  std::uint8_t take();
  std::uint64_t big_endian(int bytes);
  std::string_view take_bytes(std::size_t size);
  void skip_one(int depth);

  std::string_view rest_;
  std::string problem_;
};

}  // namespace forestall::ledger
