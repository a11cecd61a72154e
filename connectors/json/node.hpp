// SPDX-License-Identifier: Apache-2.0
// A value of a JSON document, or the place where one was expected. A small value to pass by copy.
//
// Fields nobody asks for are ignored, enumerated words stay text, and each of absent, null and the wrong type
// is told apart:
//   required:  order["orderId"].id<OrderId>()         absent or null is an error
//   optional:  order["shipBy"].maybe_instant()        absent or null is nullopt, the wrong type is an error
//   nested:    order["fulfillment"]["shipByWindow"]   what lies below something absent is absent
#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/base/ids.hpp"
#include "config/base/money.hpp"
#include "config/base/time.hpp"
#include "config/base/units.hpp"

namespace forestall::json {

class Array;
class Document;

namespace detail {
struct Context;
struct Step;
}  // namespace detail

// Whole numbers that a double holds exactly: what every JSON writer agrees on.
inline constexpr std::int64_t max_exact_integer = 9'007'199'254'740'991;

class Node {
 public:
  bool present() const { return value_ != nullptr && !is_null(); }
  bool absent() const { return value_ == nullptr; }
  bool is_null() const;
  bool is_object() const;
  bool is_array() const;
  bool is_text() const;

  // The named member. `name` must outlive the document (a literal does). A value that is neither an object
  // nor null nor absent is an error.
  Node operator[](std::string_view name) const;
  // The elements. Absent and null are errors for array(), and empty for maybe_array().
  Array array() const;
  Array maybe_array() const;

  std::string_view text() const;
  std::optional<std::string_view> maybe_text() const;
  // A number without a fraction (1.0 and 1e2 are taken) within the bounds.
  std::int64_t integer(std::int64_t least = -max_exact_integer, std::int64_t most = max_exact_integer) const;
  std::optional<std::int64_t> maybe_integer(std::int64_t least = -max_exact_integer,
                                            std::int64_t most = max_exact_integer) const;
  // Finite, within the bounds.
  double number(double least, double most) const;
  std::optional<double> maybe_number(double least, double most) const;
  bool boolean() const;
  std::optional<bool> maybe_boolean() const;

  Units units() const;  // -1e9 to 1e9
  std::optional<Units> maybe_units() const;
  Instant instant() const;  // RFC 3339 text
  std::optional<Instant> maybe_instant() const;
  CivilDate civil_date() const;  // "2026-11-23"
  std::optional<CivilDate> maybe_civil_date() const;
  // An amount as text ("12.50") or as a number, in a currency that stands elsewhere.
  std::optional<Money> money(Currency currency) const;
  std::optional<Money> maybe_money(Currency currency) const;

  // The text as a strong id; the default, empty id where it is not one.
  template <class IdType>
  IdType id() const {
    return checked_id<IdType>(text());
  }
  template <class IdType>
  std::optional<IdType> maybe_id() const {
    const auto found = maybe_text();
    if (!found) return std::nullopt;
    auto parsed = checked_id<IdType>(*found);
    if (parsed.empty()) return std::nullopt;
    return parsed;
  }

  // "orders[3].orderItems[0].quantityOrdered"; "(root)" for the whole text.
  std::string path() const;
  // Records that this value is not acceptable, for rules that the reader does not know.
  void reject(std::string_view why) const;

 private:
  friend class Array;
  friend class Document;
  Node(detail::Context* context, const boost::json::value* value, const detail::Step* parent,
       std::string_view name, std::size_t index)
      : context_(context), value_(value), parent_(parent), name_(name), index_(index) {}

  const detail::Step* as_step() const;
  void expected(std::string_view what) const;
  // False where there is nothing to read: absent, null, or the value is an error already reported.
  bool required() const;
  std::optional<std::string_view> read_text() const;
  template <class IdType>
  IdType checked_id(std::string_view found) const {
    if (found.empty() && !is_text()) return {};  // already reported
    auto parsed = IdType::parse(found);
    if (parsed) return std::move(*parsed);
    reject(parsed.error().detail);
    return {};
  }

  detail::Context* context_;
  const boost::json::value* value_;             // nullptr: absent
  const detail::Step* parent_;                  // the way here, without the last step
  std::string_view name_;                       // the last step: a member's name, or
  std::size_t index_;                           // an element's index
  mutable const detail::Step* step_ = nullptr;  // this node as part of a way, once a child was asked for
};

// The elements of an array, to be iterated over.
class Array {
 public:
  class Iterator {
   public:
    using value_type = Node;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Node operator*() const { return (*array_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    Iterator operator++(int) {
      auto old = *this;
      ++index_;
      return old;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.index_ == b.index_; }

   private:
    friend class Array;
    Iterator(const Array* array, std::size_t index) : array_(array), index_(index) {}
    const Array* array_ = nullptr;
    std::size_t index_ = 0;
  };

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Node operator[](std::size_t index) const;
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size_}; }

 private:
  friend class Node;
  Array() = default;
  Array(detail::Context* context, const boost::json::value* first, std::size_t size,
        const detail::Step* parent)
      : context_(context), first_(first), size_(size), parent_(parent) {}
  detail::Context* context_ = nullptr;
  const boost::json::value* first_ = nullptr;
  std::size_t size_ = 0;
  const detail::Step* parent_ = nullptr;
};

}  // namespace forestall::json
