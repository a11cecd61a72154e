// SPDX-License-Identifier: Apache-2.0
// From the bytes of a text file to UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "config/base/error.hpp"

namespace forestall::csv {

enum class Encoding : std::uint8_t {
  automatic,  // UTF-8 where the whole text is valid UTF-8, else Windows-1252
  utf8,
  windows1252,  // what spreadsheets in Western Europe write; ISO 8859-1 is read the same but for its C1
                // controls
};

// UTF-8 without a byte-order mark. Views the bytes given where they need no conversion, so they must outlive
// it.
class Text {
 public:
  explicit Text(std::string_view borrowed) : borrowed_(borrowed) {}
  explicit Text(std::string owned) : owned_(std::move(owned)), is_owned_(true) {}
  std::string_view view() const { return is_owned_ ? std::string_view(owned_) : borrowed_; }
  bool converted() const { return is_owned_; }

 private:
  std::string owned_;
  std::string_view borrowed_;
  bool is_owned_ = false;
};

// Errors (parse): bytes that the encoding does not have, with line and column; UTF-16, which is named as
// such. A file may be given in pieces of whole lines, each with the number of its first line, once its
// encoding is settled: `automatic` judges by what it is given.
Result<Text> decode(std::string_view bytes, Encoding encoding, std::uint64_t first_line = 1);

}  // namespace forestall::csv
