// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/request.hpp"

#include <array>
#include <charconv>

namespace forestall::redis {

namespace {

std::string decimal(auto number) {
  std::array<char, 24> text{};
  const auto* end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return std::string(text.data(), static_cast<std::size_t>(end - text.data()));
}

}  // namespace

void Request::header(char kind, std::size_t number) {
  std::array<char, 24> text{};
  text[0] = kind;
  auto* end = std::to_chars(text.data() + 1, text.data() + text.size() - 2, number).ptr;
  *end++ = '\r';
  *end++ = '\n';
  bytes_.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

Request& Request::begin(std::size_t words) {
  header('*', words);
  // A command begun before the last one was finished leaves words missing for ever: complete() stays false.
  missing_words_ += words;
  if (words == 0) missing_words_ = static_cast<std::size_t>(-1) / 2;
  ++commands_;
  return *this;
}

Request& Request::word(std::string_view bytes) {
  header('$', bytes.size());
  bytes_ += bytes;
  bytes_ += "\r\n";
  --missing_words_;  // one word too many wraps round: complete() is false then too
  return *this;
}

Request& Request::signed_word(long long number) { return word(decimal(number)); }
Request& Request::unsigned_word(unsigned long long number) { return word(decimal(number)); }

Request& Request::add_words(std::span<const std::string_view> words) {
  begin(words.size());
  for (const std::string_view each : words) word(each);
  return *this;
}

}  // namespace forestall::redis
