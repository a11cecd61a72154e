// SPDX-License-Identifier: Apache-2.0
#include "config/settings/values.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/base/text.hpp"

namespace forestall::config {
namespace {

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array<SizeUnit, 4> size_units{{{"GiB", std::uint64_t{1} << 30},
                                              {"MiB", std::uint64_t{1} << 20},
                                              {"KiB", std::uint64_t{1} << 10},
                                              {"B", 1}}};

auto bad(std::string_view text, std::string_view why) {
  return fail(ErrorCode::parse, fmt::format("\"{}\": {}", printable(text, 80), why));
}

bool is_ip(std::string_view host) {
  const std::string text(host);
  std::array<unsigned char, sizeof(in6_addr)> out{};
  return inet_pton(AF_INET, text.c_str(), out.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), out.data()) == 1;
}

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > 253 || host.front() == '-' || host.front() == '.') return false;
  return std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

struct HostPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

// "host", "host:80", "1.2.3.4:80", "[::1]:80"; the host in lower case and without brackets.
Result<HostPort> parse_host_port(std::string_view text) {
  HostPort out;
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return bad(text, "the closing ] is missing");
    out.host = to_lower(text.substr(1, close - 1));
    rest = text.substr(close + 1);
    if (!is_ip(out.host) || out.host.find(':') == std::string::npos)
      return bad(text, "[...] must hold an IPv6 address");
  } else {
    const auto colon = text.find(':');
    out.host = to_lower(text.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
    if (!is_host_name(out.host)) return bad(text, "not a host name or IPv4 address");
  }
  if (rest.empty()) return out;
  if (rest.front() != ':') return bad(text, "only a port may follow the host");
  out.port = parse_integer<std::uint16_t>(rest.substr(1));
  if (!out.port) return bad(text, "the port must be a number from 0 to 65535");
  return out;
}

std::string host_text(std::string_view host) {
  return host.find(':') == std::string_view::npos ? std::string(host) : fmt::format("[{}]", host);
}

struct Scheme {
  std::string_view name;
  std::uint16_t port;
};
constexpr std::array<Scheme, 4> schemes{{{"http", 80}, {"https", 443}, {"smtp", 587}, {"smtps", 465}}};

const Scheme* find_scheme(std::string_view name) {
  const auto* found = std::ranges::find(schemes, name, &Scheme::name);
  return found == schemes.end() ? nullptr : found;
}

}  // namespace

Result<ByteSize> parse_byte_size(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_integer<std::uint64_t>(text.substr(0, digits));
  const auto* unit = std::ranges::find(size_units, text.substr(digits), &SizeUnit::name);
  if (!number || unit == size_units.end()) return bad(text, "expected a size like \"64MiB\"");
  if (*number > (std::uint64_t{1} << 40) / unit->bytes) return bad(text, "more than 1024GiB");
  return ByteSize{*number * unit->bytes};
}

std::string to_string(ByteSize size) {
  for (const auto& unit : size_units)
    if (size.bytes > 0 && size.bytes % unit.bytes == 0)
      return fmt::format("{}{}", size.bytes / unit.bytes, unit.name);
  return "0B";
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  auto parts = parse_host_port(text);
  if (!parts) return std::unexpected(std::move(parts.error()));
  if (!is_ip(parts->host)) return bad(text, "the address must be a number like 127.0.0.1 or [::1]");
  if (!parts->port) return bad(text, "the port is missing");
  return ListenAddress{std::move(parts->host), *parts->port};
}

std::string to_string(const ListenAddress& address) {
  return fmt::format("{}:{}", host_text(address.host), address.port);
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || (host.starts_with("127.") && is_ip(host));
}

Result<RedisAddress> parse_redis_address(std::string_view text) {
  RedisAddress out;
  constexpr std::string_view unix_scheme = "unix://";
  if (text.starts_with(unix_scheme)) {
    out.kind = RedisAddress::Kind::unix_socket;
    out.port = 0;
    out.path = text.substr(unix_scheme.size());
    // sockaddr_un holds 107 bytes and a NUL.
    if (!out.path.starts_with('/') || out.path.size() > 107)
      return bad(text, "unix:// needs an absolute path of at most 107 bytes");
    return out;
  }
  const auto end = text.find("://");
  const auto scheme = text.substr(0, end);
  if (end == std::string_view::npos || (scheme != "tcp" && scheme != "tls"))
    return bad(text, "must start with tcp://, tls:// or unix://");
  if (text.find('@') != std::string_view::npos)
    return fail(ErrorCode::parse,
                "user and password do not belong in the address: use username and password_file");
  out.kind = scheme == "tcp" ? RedisAddress::Kind::tcp : RedisAddress::Kind::tls;
  auto parts = parse_host_port(text.substr(end + 3));
  if (!parts) return std::unexpected(std::move(parts.error()));
  out.host = std::move(parts->host);
  out.port = parts->port.value_or(6379);
  if (out.port == 0) return bad(text, "port 0 cannot be connected to");
  return out;
}

std::string to_string(const RedisAddress& address) {
  if (address.kind == RedisAddress::Kind::unix_socket) return "unix://" + address.path;
  const std::string_view scheme = address.kind == RedisAddress::Kind::tcp ? "tcp" : "tls";
  return fmt::format("{}://{}:{}", scheme, host_text(address.host), address.port);
}

Result<Url> parse_url(std::string_view text) {
  const auto end = text.find("://");
  const auto* scheme = find_scheme(to_lower(text.substr(0, std::min(end, text.size()))));
  if (end == std::string_view::npos || scheme == nullptr)
    return fail(ErrorCode::parse, "must start with https://, http://, smtp:// or smtps://");
  const auto rest = text.substr(end + 3);
  const auto slash = std::min(rest.find('/'), rest.size());
  // Not quoted in the error: what stands before an @ is likely a password, after a ? likely a token.
  if (rest.find('@') < slash)
    return fail(ErrorCode::parse, "user and password do not belong in a URL: use the credential's own keys");
  if (rest.find_first_of("?#") != std::string_view::npos)
    return fail(ErrorCode::parse, "a base URL has no ? and no #");
  if (text.size() > 512 || std::ranges::any_of(text, [](char c) { return c <= ' ' || c > '~'; }))
    return fail(ErrorCode::parse, "a URL has at most 512 printable ASCII characters and no space");
  auto parts = parse_host_port(rest.substr(0, slash));
  if (!parts) return std::unexpected(std::move(parts.error()));
  Url url{std::string(scheme->name), std::move(parts->host), parts->port.value_or(scheme->port),
          std::string(rest.substr(slash))};
  if (url.port == 0) return bad(text, "port 0 cannot be connected to");
  while (url.path.ends_with('/')) url.path.pop_back();
  return url;
}

std::string to_string(const Url& url) {
  const auto* scheme = find_scheme(url.scheme);
  const bool own_port = scheme != nullptr && scheme->port == url.port;
  return fmt::format("{}://{}{}{}", url.scheme, host_text(url.host),
                     own_port ? std::string() : fmt::format(":{}", url.port), url.path);
}

Result<TimeOfDay> parse_time_of_day(std::string_view text) {
  const auto hour = parse_integer<unsigned>(text.substr(0, std::min<std::size_t>(2, text.size())));
  const auto minute = text.size() == 5 ? parse_integer<unsigned>(text.substr(3)) : std::nullopt;
  if (!hour || !minute || text[2] != ':' || *hour > 23 || *minute > 59)
    return bad(text, "expected a time like \"14:00\"");
  return TimeOfDay{static_cast<int>(*hour * 60 + *minute)};
}

std::string to_string(TimeOfDay time) {
  return fmt::format("{:02}:{:02}", time.minute / 60, time.minute % 60);
}

Result<DailySpan> parse_daily_span(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return bad(text, "expected a span like \"22:00-07:00\"");
  const auto from = parse_time_of_day(text.substr(0, dash));
  const auto to = parse_time_of_day(text.substr(dash + 1));
  if (!from || !to) return bad(text, "expected a span like \"22:00-07:00\"");
  if (*from == *to) return bad(text, "both ends are the same");
  return DailySpan{from->minute, to->minute};
}

std::string to_string(const DailySpan& span) {
  return to_string(TimeOfDay{span.from_minute}) + "-" + to_string(TimeOfDay{span.to_minute});
}

}  // namespace forestall::config
