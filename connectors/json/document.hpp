// SPDX-License-Identifier: Apache-2.0
// A JSON text from outside, parsed under limits. Read it through its root node; what is wrong with it is
// reported with the path of the value ("orders[3].orderItems[0].quantityOrdered: expected an integer, found
// \"x\"").
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "config/base/error.hpp"
#include "connectors/json/node.hpp"

namespace forestall::json {

// Beyond these a text is refused (ErrorCode::too_large) however well-formed it is.
struct Limits {
  std::size_t bytes = std::size_t{32} << 20;        // of the whole text
  std::size_t depth = 32;                           // of nested arrays and objects
  std::size_t string_bytes = std::size_t{1} << 16;  // of one string that is read; others are skipped unread
  std::size_t array_length = 100'000;               // of one array that is read
};

// Values live in one arena that is freed at once. Moving a document keeps its nodes valid; they and the texts
// they return are valid as long as the document lives.
class Document {
 public:
  // Strict RFC 8259: no comments, no trailing commas, valid UTF-8, nothing after the value.
  // Errors: parse (with the offset of the byte), too_large. Of an object's repeated names the last counts.
  static Result<Document> parse(std::string_view text, const Limits& limits = {});

  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  Node root() const;

  // Reading never stops half-way through an expression: the first thing that is wrong is kept here and the
  // accessor returns a default. Ask after each entity, before its values are used.
  bool failed() const;
  // The first failure since the last call, if there was one; reading goes on as if it had not been. This is
  // how one bad entity of a page is set aside and the rest is read.
  std::optional<Error> take_error();
  // `value` if everything read so far was as expected, else the first failure.
  template <class T>
  Result<T> finish(T value) {
    if (auto error = take_error()) return std::unexpected(std::move(*error));
    return value;
  }

 private:
  explicit Document(std::unique_ptr<detail::Context> context);
  std::unique_ptr<detail::Context> context_;
};

}  // namespace forestall::json
