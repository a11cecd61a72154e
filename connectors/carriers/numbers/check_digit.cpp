// SPDX-License-Identifier: Apache-2.0
#include "connectors/carriers/numbers/check_digit.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace forestall::carriers {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }
// Of a character known to be a digit.
constexpr int digit(char c) { return c - '0'; }
constexpr int to_ten(int sum) { return (10 - sum % 10) % 10; }

bool all_digits(std::string_view text) {
  for (const char c : text)
    if (!is_digit(c)) return false;
  return !text.empty();
}

// Weights from the left, by turns; -1 where a character has no value.
int mod10(std::string_view serial, int even, int odd) {
  int sum = 0;
  for (std::size_t i = 0; i < serial.size(); ++i) {
    if (!is_digit(serial[i]) && !is_letter(serial[i])) return -1;
    const int value = is_digit(serial[i]) ? digit(serial[i]) : (serial[i] - 3) % 10;
    sum += value * (i % 2 == 0 ? even : odd);
  }
  return to_ten(sum);
}

int weighted(std::string_view serial, std::span<const int> weights) {
  int sum = 0;
  for (std::size_t i = 0; i < serial.size(); ++i) sum += digit(serial[i]) * weights[i % weights.size()];
  return sum;
}

int s10(std::string_view serial) {
  const int rest = weighted(serial, std::array{8, 6, 4, 2, 3, 5, 9, 7}) % 11;
  return rest == 0 ? 5 : rest == 1 ? 0 : 11 - rest;
}

int mod7(std::string_view serial) {
  int rest = 0;
  for (const char c : serial) rest = (rest * 10 + digit(c)) % 7;
  return rest;
}

int luhn(std::string_view serial) {
  int sum = 0;
  bool twice = true;
  for (auto c = serial.rbegin(); c != serial.rend(); ++c, twice = !twice) {
    const int value = digit(*c) * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return to_ten(sum);
}

bool mod37_36(std::string_view serial, char check) {
  constexpr int modulus = 36;
  int rest = modulus;
  for (const char c : serial) {
    if (!is_digit(c) && !is_letter(c)) return false;
    rest += is_digit(c) ? digit(c) : c - 'A' + 10;
    if (rest > modulus) rest -= modulus;
    rest *= 2;
    if (rest > modulus) rest -= modulus + 1;
  }
  rest = modulus + 1 - rest;
  if (rest == modulus) rest = 0;
  return check == static_cast<char>(rest < 10 ? '0' + rest : 'A' + rest - 10);
}

}  // namespace

bool check_holds(CheckRule rule, std::string_view serial, char check) {
  if (rule == CheckRule::none) return true;
  if (rule == CheckRule::mod37_36) return mod37_36(serial, check);
  if (!is_digit(check)) return false;
  const int said = digit(check);
  switch (rule) {
    case CheckRule::mod10_times3:
      return mod10(serial, 3, 1) == said;
    case CheckRule::mod10_odd_times3:
      return mod10(serial, 1, 3) == said;
    case CheckRule::mod10_odd_times2:
      return mod10(serial, 1, 2) == said;
    default:
      break;
  }
  if (!all_digits(serial)) return false;
  switch (rule) {
    case CheckRule::weighted_1_7_3:
      return weighted(serial, std::array{1, 7, 3}) % 11 % 10 == said;
    case CheckRule::weighted_3_1_7:
      return weighted(serial, std::array{3, 1, 7}) % 11 % 10 == said;
    case CheckRule::s10:
      return s10(serial) == said;
    case CheckRule::mod7:
      return mod7(serial) == said;
    case CheckRule::luhn:
      return luhn(serial) == said;
    default:
      return false;
  }
}

}  // namespace forestall::carriers
