// SPDX-License-Identifier: Apache-2.0
// How a value of each type is expected, read from TOML and written back to it. To add a type, specialise
// Codec.
#pragma once

#include <fmt/format.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/money.hpp"
#include "config/base/rate.hpp"
#include "config/base/text.hpp"
#include "config/base/time.hpp"
#include "config/base/units.hpp"
#include "config/settings/report.hpp"
#include "config/settings/values.hpp"

namespace forestall::config {

// Codec<T> has
//   expects()            in words, as follows "expected"
//   read(node, T&, r)    true where the value was taken; otherwise it has complained through r
//   write(value)         TOML that read() reads back
template <class T>
struct Codec;

// Enumerations: give `constexpr auto words(std::type_identity<E>)` beside E, an array of {word, value}.
template <class E>
using Word = std::pair<std::string_view, E>;
template <class E>
concept Worded = std::is_enum_v<E> && requires { words(std::type_identity<E>{}); };

template <Worded E>
std::string_view word_of(E value) {
  for (const auto& [word, meaning] : words(std::type_identity<E>{}))
    if (meaning == value) return word;
  return "?";
}

// A basic string of TOML 1.0 with what must be escaped escaped.
std::string toml_text(std::string_view text);
// A table key: bare where it can be.
std::string key_text(std::string_view key);

// The types that are written as one string and have a parser: reads through `parse(text) -> Result<T>`.
template <class T, class Parse>
bool read_text(const Node& node, T& out, const Reading& reading, Parse parse) {
  if (node.kind != Node::Kind::text) {
    reading.wrong(node);
    return false;
  }
  auto value = parse(node.text);
  if (!value) {
    reading.wrong(node, value.error().detail);
    return false;
  }
  out = std::move(*value);
  return true;
}

template <>
struct Codec<bool> {
  static std::string expects() { return "true or false"; }
  static bool read(const Node& node, bool& out, const Reading& reading);
  static std::string write(bool value) { return value ? "true" : "false"; }
};

template <std::integral T>
  requires(!std::same_as<T, bool>)
struct Codec<T> {
  static std::string expects() { return "a whole number"; }
  static bool read(const Node& node, T& out, const Reading& reading) {
    if (node.kind != Node::Kind::integer || !std::in_range<T>(node.integer)) {
      reading.wrong(node);
      return false;
    }
    out = static_cast<T>(node.integer);
    return true;
  }
  static std::string write(T value) { return fmt::format("{}", value); }
};

template <>
struct Codec<double> {
  static std::string expects() { return "a number"; }
  static bool read(const Node& node, double& out, const Reading& reading);
  static std::string write(double value);
};

template <>
struct Codec<Units> {
  static std::string expects() { return "a number of units"; }
  static bool read(const Node& node, Units& out, const Reading& reading) {
    std::int64_t count = 0;
    if (!Codec<std::int64_t>::read(node, count, reading)) return false;
    out = Units(count);
    return true;
  }
  static std::string write(Units value) { return fmt::format("{}", value.count()); }
};

template <>
struct Codec<std::string> {
  static std::string expects() { return "a text"; }
  static bool read(const Node& node, std::string& out, const Reading& reading);
  static std::string write(const std::string& value) { return toml_text(value); }
};

// Read relative to the folder of the file; held and written absolute.
template <>
struct Codec<std::filesystem::path> {
  static std::string expects() { return "a path"; }
  static bool read(const Node& node, std::filesystem::path& out, const Reading& reading);
  static std::string write(const std::filesystem::path& value) { return toml_text(value.string()); }
};

template <Worded E>
struct Codec<E> {
  static std::string expects() {
    std::string text;
    for (const auto& [word, value] : words(std::type_identity<E>{}))
      text += fmt::format("{}\"{}\"", text.empty() ? "" : " or ", word);
    return text;
  }
  static bool read(const Node& node, E& out, const Reading& reading) {
    std::vector<std::string_view> known;
    for (const auto& [word, value] : words(std::type_identity<E>{})) {
      known.push_back(word);
      if (node.kind == Node::Kind::text && node.text == word) {
        out = value;
        return true;
      }
    }
    const auto near = node.kind == Node::Kind::text ? nearest_word(node.text, known) : std::nullopt;
    reading.wrong(node, near ? fmt::format("did you mean \"{}\"?", *near) : std::string());
    return false;
  }
  static std::string write(E value) { return toml_text(word_of(value)); }
};

// The text between the quotes.
template <class T>
std::string text_of(const T& value) {
  return to_string(value);
}
inline std::string text_of(Millis value) { return duration_text(value); }
inline std::string text_of(const CivilDate& value) { return forestall::to_string(value); }
inline std::string text_of(const Currency& value) { return std::string(value.code()); }
inline std::string text_of(const TimeZone& value) { return std::string(value.name()); }

template <class T, auto parse>
struct TextCodec {
  static bool read(const Node& node, T& out, const Reading& reading) {
    return read_text(node, out, reading, parse);
  }
  static std::string write(const T& value) { return toml_text(text_of(value)); }
};

template <>
struct Codec<Millis> : TextCodec<Millis, &parse_duration> {
  static std::string expects() { return "a duration like \"15m\""; }
};
template <>
struct Codec<Money> : TextCodec<Money, static_cast<Result<Money> (*)(std::string_view)>(&Money::parse)> {
  static std::string expects() { return "an amount like \"12.50 EUR\""; }
};
template <>
struct Codec<Rate> : TextCodec<Rate, &parse_rate> {
  static std::string expects() { return "a rate like \"5/s burst 10\""; }
};
template <>
struct Codec<ByteSize> : TextCodec<ByteSize, &parse_byte_size> {
  static std::string expects() { return "a size like \"64MiB\""; }
};
template <>
struct Codec<Url> : TextCodec<Url, &parse_url> {
  static std::string expects() { return "a base URL like \"https://host/path\""; }
};
template <>
struct Codec<ListenAddress> : TextCodec<ListenAddress, &parse_listen_address> {
  static std::string expects() { return "an address like \"127.0.0.1:9464\""; }
};
template <>
struct Codec<RedisAddress> : TextCodec<RedisAddress, &parse_redis_address> {
  static std::string expects() { return "an address like \"tcp://host:6379\" or \"unix:///path\""; }
};
template <>
struct Codec<DailySpan> : TextCodec<DailySpan, &parse_daily_span> {
  static std::string expects() { return "a span like \"22:00-07:00\""; }
};
template <>
struct Codec<TimeOfDay> : TextCodec<TimeOfDay, &parse_time_of_day> {
  static std::string expects() { return "a time like \"14:00\""; }
};
template <>
struct Codec<CivilDate> : TextCodec<CivilDate, &parse_civil_date> {
  static std::string expects() { return "a date like \"2027-01-31\""; }
};
template <>
struct Codec<Currency> : TextCodec<Currency, &Currency::parse> {
  static std::string expects() { return "a currency like \"EUR\""; }
};
template <>
struct Codec<TimeZone> : TextCodec<TimeZone, &TimeZone::find> {
  static std::string expects() { return "a time zone like \"Europe/Berlin\""; }
};

template <class Tag>
struct Codec<Id<Tag>> {
  static std::string expects() {
    return Tag::slug ? fmt::format("a name of at most {} of a-z, 0-9, - and _", Tag::max_bytes)
                     : fmt::format("a text of at most {} bytes", Tag::max_bytes);
  }
  static bool read(const Node& node, Id<Tag>& out, const Reading& reading) {
    return read_text(node, out, reading, [](std::string_view text) { return Id<Tag>::parse(text); });
  }
  static std::string write(const Id<Tag>& value) { return toml_text(value.str()); }
};

// Empty is "not set": it is not written at all.
template <class T>
struct Codec<std::optional<T>> {
  static std::string expects() { return Codec<T>::expects(); }
  static bool read(const Node& node, std::optional<T>& out, const Reading& reading) {
    // Some values (a currency) have no default; a copy that exists or none is all that is needed here.
    return read_into(node, out, reading);
  }
  static std::string write(const std::optional<T>& value) {
    return value ? Codec<T>::write(*value) : std::string();
  }

 private:
  static bool read_into(const Node& node, std::optional<T>& out, const Reading& reading) {
    auto value = blank<T>();
    if (!Codec<T>::read(node, value, reading)) return false;
    out = std::move(value);
    return true;
  }
  template <class V>
  static V blank() {
    if constexpr (std::same_as<V, Currency>)
      return Currency::literal("EUR");
    else if constexpr (std::same_as<V, Money>)
      return Money(0, Currency::literal("EUR"));
    else if constexpr (std::same_as<V, TimeZone>)
      return TimeZone::utc();
    else
      return V{};
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static std::string expects() { return "an array, each item " + Codec<T>::expects(); }
  static bool read(const Node& node, std::vector<T>& out, const Reading& reading) {
    if (node.kind != Node::Kind::array) {
      reading.wrong(node);
      return false;
    }
    std::vector<T> values;
    bool good = true;
    const std::string expected = Codec<T>::expects();
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const std::string key = fmt::format("{}[{}]", reading.key, i);
      T value{};
      good = Codec<T>::read(node.items[i], value, {reading.report, key, expected}) && good;
      values.push_back(std::move(value));
    }
    if (good) out = std::move(values);
    return good;
  }
  static std::string write(const std::vector<T>& values) {
    std::string text = "[";
    for (const auto& value : values) text += (text.size() > 1 ? ", " : "") + Codec<T>::write(value);
    return text + "]";
  }
};

// A table with names of the user's choosing: rates by operation, columns by meaning.
template <class T>
struct Codec<std::map<std::string, T>> {
  static std::string expects() { return "a table, each value " + Codec<T>::expects(); }
  static bool read(const Node& node, std::map<std::string, T>& out, const Reading& reading) {
    if (node.kind != Node::Kind::table) {
      reading.wrong(node);
      return false;
    }
    std::map<std::string, T> values;
    bool good = true;
    const std::string expected = Codec<T>::expects();
    for (const auto& item : node.items) {
      const std::string key = fmt::format("{}.{}", reading.key, key_text(item.key));
      T value{};
      good = Codec<T>::read(item, value, {reading.report, key, expected}) && good;
      values.emplace(item.key, std::move(value));
    }
    if (good) out = std::move(values);
    return good;
  }
  static std::string write(const std::map<std::string, T>& values) {
    std::string text = "{";
    for (const auto& [key, value] : values)
      text += fmt::format("{}{} = {}", text.size() > 1 ? ", " : " ", key_text(key), Codec<T>::write(value));
    return text + " }";
  }
};

}  // namespace forestall::config
