// SPDX-License-Identifier: Apache-2.0
#include "config/base/money.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "config/base/text.hpp"

namespace forestall {
namespace {

struct CurrencyRow {
  std::string_view code;
  int decimals;
};

// ISO 4217 (table A.1) for the countries where the channels we know trade.
constexpr auto currencies = std::to_array<CurrencyRow>({
    {"AED", 2}, {"ARS", 2}, {"AUD", 2}, {"BGN", 2}, {"BHD", 3}, {"BRL", 2}, {"CAD", 2}, {"CHF", 2},
    {"CLP", 0}, {"CNY", 2}, {"COP", 2}, {"CZK", 2}, {"DKK", 2}, {"EGP", 2}, {"EUR", 2}, {"GBP", 2},
    {"HKD", 2}, {"HUF", 2}, {"IDR", 2}, {"ILS", 2}, {"INR", 2}, {"ISK", 0}, {"JOD", 3}, {"JPY", 0},
    {"KRW", 0}, {"KWD", 3}, {"MAD", 2}, {"MXN", 2}, {"MYR", 2}, {"NGN", 2}, {"NOK", 2}, {"NZD", 2},
    {"OMR", 3}, {"PEN", 2}, {"PHP", 2}, {"PLN", 2}, {"QAR", 2}, {"RON", 2}, {"RSD", 2}, {"SAR", 2},
    {"SEK", 2}, {"SGD", 2}, {"THB", 2}, {"TND", 3}, {"TRY", 2}, {"TWD", 2}, {"UAH", 2}, {"USD", 2},
    {"VND", 0}, {"ZAR", 2},
});

std::int64_t power_of_ten(int n) {
  std::int64_t p = 1;
  while (n-- > 0) p *= 10;
  return p;
}

}  // namespace

Currency::Currency(std::string_view code, int decimals)
    : code_{code[0], code[1], code[2]}, decimals_(decimals) {}

Result<Currency> Currency::parse(std::string_view code) {
  const auto row = std::ranges::find(currencies, code, &CurrencyRow::code);
  if (row == currencies.end())
    return fail(ErrorCode::invalid_argument,
                fmt::format("\"{}\" is not a known currency code", printable(code, 16)));
  return Currency(row->code, row->decimals);
}

Currency Currency::literal(std::string_view code) {
  auto currency = parse(code);
  if (!currency) throw std::logic_error(currency.error().detail);
  return *currency;
}

Result<Money> Money::parse(std::string_view text) {
  const auto trimmed = trim(text);
  const auto space = trimmed.find(' ');
  if (space == std::string_view::npos)
    return fail(ErrorCode::parse, fmt::format("\"{}\": expected an amount and a currency, like \"12.50 EUR\"",
                                              printable(text, 40)));
  auto currency = Currency::parse(trim(trimmed.substr(space)));
  if (!currency) return std::unexpected(currency.error());
  return parse(trimmed.substr(0, space), *currency);
}

Result<Money> Money::parse(std::string_view amount, Currency currency) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::parse, fmt::format("\"{}\" {}: {}", printable(amount, 40), currency.code(), why));
  };
  std::string_view rest = amount;
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  const auto dot = rest.find('.');
  const auto whole_text = rest.substr(0, dot);
  const auto fraction_text = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  if (whole_text.empty() || whole_text.front() == '-') return bad("not an amount");
  if (dot != std::string_view::npos && fraction_text.empty())
    return bad("digits are missing after the point");
  if (fraction_text.size() > static_cast<std::size_t>(currency.decimals()))
    return bad(fmt::format("more than {} decimals", currency.decimals()));
  const auto whole = parse_integer<std::int64_t>(whole_text);
  if (!whole) return bad("not an amount");
  const std::int64_t scale = power_of_ten(currency.decimals());
  if (*whole > max_minor / scale) return bad("too large");
  std::int64_t minor = *whole * scale;
  if (!fraction_text.empty()) {
    const auto fraction = parse_integer<std::uint32_t>(fraction_text);
    if (!fraction) return bad("not an amount");
    minor += *fraction * power_of_ten(currency.decimals() - static_cast<int>(fraction_text.size()));
  }
  if (minor > max_minor) return bad("too large");
  return Money(negative ? -minor : minor, currency);
}

Result<Money> Money::plus(const Money& other) const {
  if (currency_ != other.currency_)
    return fail(ErrorCode::conflict, fmt::format("{} and {} do not add", to_string(*this), to_string(other)));
  std::int64_t sum = 0;
  if (__builtin_add_overflow(minor_, other.minor_, &sum))
    return fail(ErrorCode::too_large, "sum of money overflows");
  return Money(sum, currency_);
}

Result<std::strong_ordering> Money::compare(const Money& other) const {
  if (currency_ != other.currency_)
    return fail(ErrorCode::conflict,
                fmt::format("{} and {} do not compare", to_string(*this), to_string(other)));
  return minor_ <=> other.minor_;
}

std::string to_string(const Money& money) {
  const std::int64_t scale = power_of_ten(money.currency().decimals());
  const auto magnitude = money.minor() < 0 ? 0 - static_cast<std::uint64_t>(money.minor())
                                           : static_cast<std::uint64_t>(money.minor());
  const auto whole = magnitude / static_cast<std::uint64_t>(scale);
  const auto fraction = magnitude % static_cast<std::uint64_t>(scale);
  const std::string_view sign = money.minor() < 0 ? "-" : "";
  if (money.currency().decimals() == 0) return fmt::format("{}{} {}", sign, whole, money.currency().code());
  return fmt::format("{}{}.{:0{}} {}", sign, whole, fraction, money.currency().decimals(),
                     money.currency().code());
}

}  // namespace forestall
