// SPDX-License-Identifier: Apache-2.0
#include "connectors/json/node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "config/base/text.hpp"
#include "connectors/json/context.hpp"

namespace forestall::json {
namespace bj = boost::json;
using detail::Context;
using detail::no_index;
using detail::Step;

namespace {

std::string_view view(const bj::string& text) { return {text.data(), text.size()}; }

// What stands there, short enough for an error text.
std::string found(const bj::value& value) {
  switch (value.kind()) {
    case bj::kind::null:
      return "null";
    case bj::kind::bool_:
      return value.get_bool() ? "true" : "false";
    case bj::kind::int64:
      return fmt::format("{}", value.get_int64());
    case bj::kind::uint64:
      return fmt::format("{}", value.get_uint64());
    case bj::kind::double_:
      return fmt::format("{}", value.get_double());
    case bj::kind::string:
      return fmt::format("\"{}\"", printable(view(value.get_string()), 32));
    case bj::kind::array:
      return "an array";
    case bj::kind::object:
      return "an object";
  }
  return "?";
}

void append(std::string& path, std::string_view name, std::size_t index) {
  if (index != no_index) {
    path += fmt::format("[{}]", index);
  } else if (!name.empty()) {
    if (!path.empty()) path += '.';
    path += printable(name, 64);
  }
}

std::optional<double> as_number(const bj::value& value) {
  switch (value.kind()) {
    case bj::kind::int64:
      return static_cast<double>(value.get_int64());
    case bj::kind::uint64:
      return static_cast<double>(value.get_uint64());
    case bj::kind::double_:
      if (std::isfinite(value.get_double())) return value.get_double();
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> as_integer(const bj::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (!value.is_double()) return std::nullopt;  // a uint64 that is not an int64 is past every bound
  const double number = value.get_double();
  if (!(std::abs(number) <= static_cast<double>(max_exact_integer)) || std::trunc(number) != number)
    return std::nullopt;
  return static_cast<std::int64_t>(number);
}

}  // namespace

bool Node::is_null() const { return value_ != nullptr && value_->is_null(); }
bool Node::is_object() const { return value_ != nullptr && value_->is_object(); }
bool Node::is_array() const { return value_ != nullptr && value_->is_array(); }
bool Node::is_text() const { return value_ != nullptr && value_->is_string(); }

const Step* Node::as_step() const {
  if (step_ == nullptr) {
    void* place = context_->arena.allocate(sizeof(Step), alignof(Step));
    step_ = ::new (place) Step{parent_, name_, index_};
  }
  return step_;
}

std::string Node::path() const {
  std::vector<const Step*> way;
  for (const Step* step = parent_; step != nullptr; step = step->parent) way.push_back(step);
  std::string text;
  for (auto step = way.rbegin(); step != way.rend(); ++step) append(text, (*step)->name, (*step)->index);
  append(text, name_, index_);
  return text.empty() ? "(root)" : text;
}

void Node::reject(std::string_view why) const {
  if (!context_->error) context_->error = Error{ErrorCode::parse, false, fmt::format("{}: {}", path(), why)};
}

void Node::expected(std::string_view what) const {
  if (context_->error) return;
  reject(value_ == nullptr ? fmt::format("missing, expected {}", what)
                           : fmt::format("expected {}, found {}", what, found(*value_)));
}

Node Node::operator[](std::string_view name) const {
  const bj::value* member = nullptr;
  if (is_object())
    member = value_->get_object().if_contains(bj::string_view(name.data(), name.size()));
  else if (present())
    expected("an object");
  return Node(context_, member, as_step(), name, no_index);
}

Array Node::array() const {
  if (!is_array()) {
    expected("an array");
    return Array();
  }
  const auto& elements = value_->get_array();
  if (elements.size() > context_->limits.array_length) {
    if (!context_->error)
      context_->error = Error{ErrorCode::too_large, false,
                              fmt::format("{}: an array of {} elements, the limit is {}", path(),
                                          elements.size(), context_->limits.array_length)};
    return Array();
  }
  return Array(context_, elements.data(), elements.size(), as_step());
}

Array Node::maybe_array() const { return present() ? array() : Array(); }

Node Array::operator[](std::size_t index) const {
  return Node(context_, index < size_ ? first_ + index : nullptr, parent_, {}, index);
}

std::optional<std::string_view> Node::read_text() const {
  if (!is_text()) {
    expected("a text");
    return std::nullopt;
  }
  const auto text = view(value_->get_string());
  if (text.size() > context_->limits.string_bytes) {
    if (!context_->error)
      context_->error = Error{ErrorCode::too_large, false,
                              fmt::format("{}: a text of {} bytes, the limit is {}", path(), text.size(),
                                          context_->limits.string_bytes)};
    return std::nullopt;
  }
  return text;
}

std::string_view Node::text() const { return read_text().value_or(std::string_view()); }
std::optional<std::string_view> Node::maybe_text() const { return present() ? read_text() : std::nullopt; }

std::optional<std::int64_t> Node::maybe_integer(std::int64_t least, std::int64_t most) const {
  if (!present()) return std::nullopt;
  const auto number = as_integer(*value_);
  if (number && *number >= least && *number <= most) return number;
  if (number || value_->is_uint64())
    expected(fmt::format("an integer from {} to {}", least, most));
  else
    expected("an integer");
  return std::nullopt;
}
std::int64_t Node::integer(std::int64_t least, std::int64_t most) const {
  if (!present()) expected("an integer");
  return maybe_integer(least, most).value_or(std::clamp<std::int64_t>(0, least, most));
}

std::optional<double> Node::maybe_number(double least, double most) const {
  if (!present()) return std::nullopt;
  const auto number = as_number(*value_);
  if (number && *number >= least && *number <= most) return number;
  if (number)
    expected(fmt::format("a number from {} to {}", least, most));
  else
    expected("a number");
  return std::nullopt;
}
double Node::number(double least, double most) const {
  if (!present()) expected("a number");
  return maybe_number(least, most).value_or(std::clamp(0.0, least, most));
}

std::optional<bool> Node::maybe_boolean() const {
  if (!present()) return std::nullopt;
  if (value_->is_bool()) return value_->get_bool();
  expected("true or false");
  return std::nullopt;
}
bool Node::boolean() const {
  if (!present()) expected("true or false");
  return maybe_boolean().value_or(false);
}

std::optional<Units> Node::maybe_units() const {
  const auto count = maybe_integer(-Units::max_reading, Units::max_reading);
  if (!count) return std::nullopt;
  return Units(*count);
}
Units Node::units() const {
  if (!present()) expected("an integer");
  return maybe_units().value_or(Units());
}

std::optional<Instant> Node::maybe_instant() const {
  const auto written = maybe_text();
  if (!written) return std::nullopt;
  if (const auto instant = parse_instant(*written)) return *instant;
  expected("a time like \"2026-11-23T03:30:13Z\"");
  return std::nullopt;
}
Instant Node::instant() const {
  if (!present()) expected("a time like \"2026-11-23T03:30:13Z\"");
  return maybe_instant().value_or(Instant());
}

std::optional<CivilDate> Node::maybe_civil_date() const {
  const auto written = maybe_text();
  if (!written) return std::nullopt;
  if (const auto date = parse_civil_date(*written)) return *date;
  expected("a date like \"2026-11-23\"");
  return std::nullopt;
}
CivilDate Node::civil_date() const {
  if (!present()) expected("a date like \"2026-11-23\"");
  return maybe_civil_date().value_or(CivilDate());
}

std::optional<Money> Node::maybe_money(Currency currency) const {
  if (!present()) return std::nullopt;
  if (is_text()) {
    const auto written = read_text();
    if (!written) return std::nullopt;
    if (auto amount = Money::parse(*written, currency)) return *amount;
  } else if (const auto number = as_number(*value_)) {
    // A number has been through a double: it is the nearest whole number of minor units, if it is one at all.
    const double minor = *number * std::pow(10.0, currency.decimals());
    const double whole = std::round(minor);
    if (std::abs(whole) <= static_cast<double>(Money::max_minor) && std::abs(minor - whole) < 1e-3)
      return Money(static_cast<std::int64_t>(whole), currency);
  }
  expected(fmt::format("an amount in {} with at most {} decimals", currency.code(), currency.decimals()));
  return std::nullopt;
}
std::optional<Money> Node::money(Currency currency) const {
  if (!present()) expected("an amount");
  return maybe_money(currency);
}

}  // namespace forestall::json
