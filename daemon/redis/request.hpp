// SPDX-License-Identifier: Apache-2.0
// One or more commands, encoded as they go over the wire (RESP arrays of bulk strings).
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace forestall::redis {

class Request {
 public:
  Request() = default;
  // Request("SET", key, 5): words are texts or integers, of any bytes.
  template <class... Words>
    requires(sizeof...(Words) > 0 && (!std::same_as<std::remove_cvref_t<Words>, Request> && ...))
  explicit Request(const Words&... words) {
    add(words...);
  }

  // One more command of the same batch. Commands of a batch are answered in order; they are not a
  // transaction.
  template <class... Words>
    requires(sizeof...(Words) > 0)
  Request& add(const Words&... words) {
    begin(sizeof...(Words));
    (word(words), ...);
    return *this;
  }
  // A command whose number of words is known at run time only; at least one word.
  Request& add_words(std::span<const std::string_view> words);

  // For commands built piece by piece: begin(n), then exactly n times word(). A request that is not complete
  // is refused by the client.
  Request& begin(std::size_t words);
  Request& word(std::string_view bytes);
  template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>)
  Request& word(T number) {
    if constexpr (std::is_signed_v<T>)
      return signed_word(number);
    else
      return unsigned_word(number);
  }

  std::size_t commands() const { return commands_; }
  const std::string& bytes() const { return bytes_; }
  std::string take_bytes() && { return std::move(bytes_); }
  // At least one command, and every word that was announced.
  bool complete() const { return commands_ > 0 && missing_words_ == 0; }

 private:
  Request& signed_word(long long number);
  Request& unsigned_word(unsigned long long number);
  void header(char kind, std::size_t number);

  std::string bytes_;
  std::size_t commands_ = 0;
  std::size_t missing_words_ = 0;
};

}  // namespace forestall::redis
