// SPDX-License-Identifier: Apache-2.0
// Addresses: base URLs from the configuration, and paths and queries built from values that others chose (a
// SKU may hold / # + % ' spaces and any letter).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/error.hpp"

namespace forestall::http {

// Scheme, host, port and a path to put in front of every path; nothing else.
struct BaseUrl {
  bool tls = true;
  std::string host;  // a name or an address; IPv6 without brackets; lower case
  std::uint16_t port = 443;
  std::string path;  // "" or "/prefix", percent-encoded, no slash at the end

  bool is_loopback() const;  // 127.0.0.0/8, ::1, localhost
  friend bool operator==(const BaseUrl&, const BaseUrl&) = default;
};

enum class PlainHttp : std::uint8_t { on_loopback_only, anywhere };

// "https://api.example.com/v1". Refused, with the reason: other schemes, http beyond loopback unless allowed
// (tokens would travel in the clear), user names and passwords (they belong in a secret file), queries and
// fragments, a port of 0.
Result<BaseUrl> parse_base_url(std::string_view text, PlainHttp plain = PlainHttp::on_loopback_only);
std::string to_string(const BaseUrl& url);
// "host" or "host:port" as the Host header wants it: the port only where it is not the scheme's own.
std::string authority(const BaseUrl& url);

// Every byte outside RFC 3986 "unreserved" (letters, digits, - . _ ~) becomes %XX. "." and ".." are encoded
// too, so that a value cannot climb out of its path.
std::string percent_encode(std::string_view text);
// "/listings/2021-08-01/items/A%2FB": a slash and the encoded segment, each.
std::string make_path(std::initializer_list<std::string_view> segments);

// The part after '?', in the order of adding.
class Query {
 public:
  Query() = default;
  Query(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
    for (const auto& [name, value] : pairs) add(name, value);
  }
  Query& add(std::string_view name, std::string_view value);
  // One parameter, "a,b,c".
  Query& add_list(std::string_view name, std::span<const std::string_view> values);

  bool empty() const { return pairs_.empty(); }
  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }
  std::string encoded() const;  // "a=1&b=x%20y", also right as a form body; empty without parameters

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace forestall::http
