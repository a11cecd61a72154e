// SPDX-License-Identifier: Apache-2.0
// Value types that only the configuration needs: sizes, addresses, URLs, times of day, credentials.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/error.hpp"
#include "config/base/secret.hpp"

namespace forestall::config {

// "64MiB", "16KiB", "512B". Binary units only: a limit says what it means.
struct ByteSize {
  std::uint64_t bytes = 0;
  friend auto operator<=>(const ByteSize&, const ByteSize&) = default;
};
Result<ByteSize> parse_byte_size(std::string_view text);
std::string to_string(ByteSize size);

// Where to listen: "127.0.0.1:9464", "[::1]:9464". A number, no name, so that it means one thing. Port 0: any
// free one.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};
Result<ListenAddress> parse_listen_address(std::string_view text);
std::string to_string(const ListenAddress& address);
bool is_loopback(std::string_view host);  // 127.0.0.0/8, ::1, localhost

// Where Redis answers: "tcp://host:6379", "tls://host:6380", "unix:///run/redis.sock".
struct RedisAddress {
  enum class Kind : std::uint8_t { tcp, tls, unix_socket };
  Kind kind = Kind::tcp;
  std::string host;  // without brackets
  std::uint16_t port = 6379;
  std::string path;  // of the Unix socket
  friend bool operator==(const RedisAddress&, const RedisAddress&) = default;
};
Result<RedisAddress> parse_redis_address(std::string_view text);
std::string to_string(const RedisAddress& address);

// A base URL: scheme, host, port, path without a trailing slash. No user, password, query or fragment: what
// is secret belongs in a file.
struct Url {
  std::string scheme;      // lower case
  std::string host;        // lower case, without brackets
  std::uint16_t port = 0;  // the scheme's own where none is written
  std::string path;        // "" or "/..."
  bool empty() const { return host.empty(); }
  friend bool operator==(const Url&, const Url&) = default;
};
Result<Url> parse_url(std::string_view text);  // http, https, smtp, smtps
std::string to_string(const Url& url);

// A span of each day in somebody's time zone: "22:00-07:00". It may cross midnight; equal ends are refused.
struct DailySpan {
  int from_minute = 0;  // 0..1439 after local midnight
  int to_minute = 0;
  friend bool operator==(const DailySpan&, const DailySpan&) = default;
};
Result<DailySpan> parse_daily_span(std::string_view text);
std::string to_string(const DailySpan& span);

// A minute of the day: "14:00".
struct TimeOfDay {
  int minute = 0;
  friend bool operator==(const TimeOfDay&, const TimeOfDay&) = default;
};
Result<TimeOfDay> parse_time_of_day(std::string_view text);
std::string to_string(TimeOfDay time);

// A secret and where it came from. `value` is filled when the configuration is loaded with secrets.
struct Credential {
  enum class From : std::uint8_t { nowhere, file, systemd };
  From from = From::nowhere;
  std::string name;  // the file's path, or the credential's name in $CREDENTIALS_DIRECTORY
  Secret value;

  bool given() const { return from != From::nowhere; }
  friend bool operator==(const Credential& a, const Credential& b) {
    return a.from == b.from && a.name == b.name && a.value.equals(b.value.reveal());
  }
};

}  // namespace forestall::config
