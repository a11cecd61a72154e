// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/endpoint.hpp"

#include <fmt/format.h>

#include "config/base/text.hpp"

namespace forestall::redis {

namespace {

// sockaddr_un::sun_path with its terminating zero.
constexpr std::size_t max_unix_path = 107;

Result<Endpoint> parse_unix(std::string_view path) {
  if (path.starts_with("//")) path.remove_prefix(2);
  if (!path.starts_with('/'))
    return fail(ErrorCode::invalid_argument, "the path of a Unix socket starts with '/'");
  if (path.size() > max_unix_path)
    return fail(ErrorCode::invalid_argument,
                fmt::format("the path of a Unix socket is longer than {} bytes", max_unix_path));
  if (has_control_characters(path))
    return fail(ErrorCode::invalid_argument, "control characters in the path");
  return Endpoint{.kind = Endpoint::Kind::unix_socket, .path = std::string(path)};
}

Result<Endpoint> parse_network(Endpoint::Kind kind, std::string_view rest) {
  if (rest.find('@') != std::string_view::npos)
    return fail(ErrorCode::invalid_argument,
                "no user name or password in the address; use username and "
                "password_file");
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find('/') != std::string_view::npos)
    return fail(ErrorCode::invalid_argument, "no database number in the address; database 0 is used");
  Endpoint endpoint{.kind = kind};
  std::string_view port;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return fail(ErrorCode::invalid_argument, "'[' without ']'");
    endpoint.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (!rest.empty() && !rest.starts_with(':'))
      return fail(ErrorCode::invalid_argument, "expected ':port' after ']'");
    port = rest;
  } else {
    const auto colon = rest.find(':');
    endpoint.host = rest.substr(0, colon);
    if (colon != std::string_view::npos) port = rest.substr(colon);
  }
  if (endpoint.host.empty() || endpoint.host.find_first_of(" ?#[]") != std::string::npos ||
      has_control_characters(endpoint.host) || endpoint.host.size() > 253)
    return fail(ErrorCode::invalid_argument, "no valid host");
  if (!port.empty()) {
    const auto number = parse_integer<std::uint16_t>(port.substr(1));
    if (!number || *number == 0)
      return fail(ErrorCode::invalid_argument, "the port is a number from 1 to 65535");
    endpoint.port = *number;
  }
  return endpoint;
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view url) {
  const auto parsed = [&]() -> Result<Endpoint> {
    if (url.starts_with("unix:")) return parse_unix(url.substr(5));
    if (url.starts_with("redis://")) return parse_network(Endpoint::Kind::tcp, url.substr(8));
    if (url.starts_with("tcp://")) return parse_network(Endpoint::Kind::tcp, url.substr(6));
    if (url.starts_with("tls://")) return parse_network(Endpoint::Kind::tls, url.substr(6));
    if (url.starts_with("rediss://")) return parse_network(Endpoint::Kind::tls, url.substr(9));
    return fail(ErrorCode::invalid_argument, "expected unix:///path, tcp://host:port or tls://host:port");
  }();
  if (!parsed) return fail_in("redis address", parsed.error());  // the text itself may hold a password
  return parsed;
}

std::string to_string(const Endpoint& endpoint) {
  if (endpoint.kind == Endpoint::Kind::unix_socket) return fmt::format("unix://{}", endpoint.path);
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", endpoint.kind == Endpoint::Kind::tls ? "tls" : "tcp", v6 ? "[" : "",
                     endpoint.host, v6 ? "]" : "", endpoint.port);
}

}  // namespace forestall::redis
