// SPDX-License-Identifier: Apache-2.0
// Requests as bytes.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/base/text.hpp"
#include "connectors/http/wire.hpp"

namespace forestall::http {
namespace {

constexpr std::array<std::string_view, 11> reserved_headers = {
    "host",    "content-length", "connection",          "transfer-encoding", "te", "trailer", "expect",
    "upgrade", "keep-alive",     "proxy-authorization", "accept-encoding"};

bool is_token(std::string_view name) {
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.contains(c);
  });
}

bool is_field_value(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c == '\t' || (c >= ' ' && c != '\x7f') || c < 0; });
}

// The value is not shown: it may be a secret.
Status append_header(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name))
    return fail(ErrorCode::invalid_argument, fmt::format("\"{}\" is not a header name", printable(name, 40)));
  if (std::ranges::find(reserved_headers, to_lower(name)) != reserved_headers.end())
    return fail(ErrorCode::invalid_argument, fmt::format("the header {} is set by the connection", name));
  if (!is_field_value(value))
    return fail(ErrorCode::invalid_argument, fmt::format("the header {} holds a control character", name));
  out.append(name).append(": ").append(value).append("\r\n");
  return {};
}

}  // namespace

Result<std::string> serialize_request(const Request& request, const WireOptions& options) {
  const bool good_path =
      request.path.starts_with('/') && std::ranges::all_of(request.path, [](char c) {
        return c > ' ' && c < '\x7f' && c != '?' && c != '#' && c != '"' && c != '<' && c != '>' && c != '\\';
      });
  if (!good_path)
    return fail(ErrorCode::invalid_argument,
                fmt::format("\"{}\" is not an encoded path that starts with /", printable(request.path, 80)));
  std::string out;
  out.reserve(512 + request.body.size());
  out.append(method_name(request.method)).append(" ");
  if (options.absolute_target) out.append("http://").append(authority(request.base));
  out.append(request.base.path).append(request.path);
  if (!request.query.empty()) out.append("?").append(request.query.encoded());
  out.append(" HTTP/1.1\r\nHost: ").append(authority(request.base)).append("\r\n");
  const bool has_agent = find_header(request.headers, "user-agent").has_value();
  if (!has_agent)
    if (auto added = append_header(out, "User-Agent", options.user_agent); !added)
      return std::unexpected(added.error());
  for (const auto& [name, value] : request.headers)
    if (auto added = append_header(out, name, value); !added) return std::unexpected(added.error());
  for (const auto& [name, value] : request.secret_headers)
    if (auto added = append_header(out, name, value.reveal()); !added) return std::unexpected(added.error());
  out.append("Accept-Encoding: gzip, deflate\r\n");
  if (options.absolute_target && !options.proxy_authorization.empty())
    out.append("Proxy-Authorization: ").append(options.proxy_authorization).append("\r\n");
  const bool carries_body =
      request.method == Method::post || request.method == Method::put || request.method == Method::patch;
  if (carries_body || !request.body.empty())
    out.append(fmt::format("Content-Length: {}\r\n", request.body.size()));
  out.append("\r\n").append(request.body);
  return out;
}

std::string serialize_connect(const BaseUrl& target, const WireOptions& options) {
  const bool v6 = target.host.contains(':');
  const std::string place = fmt::format("{}{}{}:{}", v6 ? "[" : "", target.host, v6 ? "]" : "", target.port);
  std::string out = fmt::format("CONNECT {} HTTP/1.1\r\nHost: {}\r\n", place, place);
  if (!options.proxy_authorization.empty())
    out.append("Proxy-Authorization: ").append(options.proxy_authorization).append("\r\n");
  return out.append("\r\n");
}

}  // namespace forestall::http
