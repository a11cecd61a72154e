// SPDX-License-Identifier: Apache-2.0
// Money: an integer number of minor units of one currency (cents, yen, fils). Never a floating-point number.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/base/error.hpp"

namespace forestall {

// ISO 4217 code with its number of decimals. Codes outside our table of traded currencies are refused.
class Currency {
 public:
  static Result<Currency> parse(std::string_view code);  // "EUR"; upper case only
  static Currency literal(std::string_view code);        // for constants; throws std::logic_error
  std::string_view code() const { return {code_.data(), 3}; }
  int decimals() const { return decimals_; }
  friend bool operator==(const Currency&, const Currency&) = default;

 private:
  Currency(std::string_view code, int decimals);
  std::array<char, 3> code_;
  int decimals_;
};

class Money {
 public:
  // Amounts from outside beyond ten trillion minor units are refused.
  static constexpr std::int64_t max_minor = 10'000'000'000'000;

  Money(std::int64_t minor, Currency currency) : minor_(minor), currency_(currency) {}
  // "12.50 EUR", "-3 JPY": as many decimals as the currency has, or fewer; no thousands separators.
  static Result<Money> parse(std::string_view text);
  // The amount alone, as channels send it ("12.50" beside a currency field).
  static Result<Money> parse(std::string_view amount, Currency currency);

  std::int64_t minor() const { return minor_; }
  Currency currency() const { return currency_; }
  friend bool operator==(const Money&, const Money&) = default;

  // Different currencies do not add or compare: an Error of code conflict.
  Result<Money> plus(const Money& other) const;
  Result<std::strong_ordering> compare(const Money& other) const;
  Money times(std::int64_t n) const { return {minor_ * n, currency_}; }

 private:
  std::int64_t minor_;
  Currency currency_;
};

std::string to_string(const Money& money);  // "12.50 EUR"

}  // namespace forestall
