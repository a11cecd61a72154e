// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/function_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "config/base/text.hpp"

namespace forestall::redis {

namespace {

constexpr std::string_view version_line = "-- version ";

// The value after `key` in a flat list of names and values.
const Reply* field(std::span<const Reply> flat, std::string_view key) {
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2)
    if (flat[i].text() != nullptr && *flat[i].text() == key) return &flat[i + 1];
  return nullptr;
}

std::optional<std::uint32_t> version_of(std::string_view text) {
  const auto first_end = text.find('\n');
  if (first_end == std::string_view::npos) return std::nullopt;
  text.remove_prefix(first_end + 1);
  if (!text.starts_with(version_line)) return std::nullopt;
  text.remove_prefix(version_line.size());
  return parse_integer<std::uint32_t>(text.substr(0, text.find('\n')));
}

}  // namespace

std::string_view action_name(LibraryAction action) {
  switch (action) {
    case LibraryAction::none:
      return "none";
    case LibraryAction::load:
      return "load";
    case LibraryAction::replace:
      return "replace";
  }
  return "none";
}

std::string library_text(const FunctionLibrary& library) {
  return fmt::format("#!lua name={}\n{}{}\n{}", library.name, version_line, library.version, library.code);
}

Result<LibraryAction> decide_library(const FunctionLibrary& library, const Reply& listed) {
  const auto place = fmt::format("function library {}", library.name);
  const auto libraries = listed.expect_array(place);
  if (!libraries) return std::unexpected(libraries.error());
  if (libraries->empty()) return LibraryAction::load;
  const auto fields = libraries->front().expect_array(place);
  if (!fields) return std::unexpected(fields.error());
  const Reply* code = field(*fields, "library_code");
  if (code == nullptr) return fail(ErrorCode::parse, place + ": FUNCTION LIST gives no library_code");
  const auto text = code->expect_text(place);
  if (!text) return std::unexpected(text.error());
  const auto version = version_of(*text);
  if (!version) return fail(ErrorCode::conflict, place + ": one of that name is there that is not ours");
  if (*version > library.version)
    return fail(ErrorCode::unsupported,
                fmt::format("{}: version {} is there, newer than our {}: update this program", place,
                            *version, library.version));
  if (*version < library.version) return LibraryAction::replace;
  if (*text != library_text(library))
    return fail(ErrorCode::conflict, fmt::format("{}: version {} is there with other code", place, *version));
  return LibraryAction::none;
}

boost::asio::awaitable<Result<LibraryAction>> load_library(Client& client, FunctionLibrary library) {
  constexpr CallOptions harmless = {.repeat = Repeat::harmless};
  if (library.name.empty() || !std::ranges::all_of(library.name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      }))
    co_return fail(ErrorCode::invalid_argument, "function library: a name has letters, digits and '_'");
  const auto place = fmt::format("function library {}", library.name);
  auto listed =
      co_await client.call(Request("FUNCTION", "LIST", "LIBRARYNAME", library.name, "WITHCODE"), harmless);
  if (!listed) co_return fail_in(place, listed.error());
  const auto action = decide_library(library, *listed);
  if (!action || *action == LibraryAction::none) co_return action;
  // Loading the same text twice leaves the same library, so this may be repeated too.
  const auto loaded =
      co_await client.call(Request("FUNCTION", "LOAD", "REPLACE", library_text(library)), harmless);
  if (!loaded) co_return fail_in(place, loaded.error());
  co_return *action;
}

}  // namespace forestall::redis
