// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/url.hpp"

#include <fmt/format.h>

#include <boost/url/encode.hpp>
#include <boost/url/host_type.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "config/base/text.hpp"

namespace forestall::http {
namespace urls = boost::urls;

bool BaseUrl::is_loopback() const {
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

Result<BaseUrl> parse_base_url(std::string_view text, PlainHttp plain) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::invalid_argument, fmt::format("\"{}\": {}", printable(text, 80), why));
  };
  if (text.size() > 2048) return fail(ErrorCode::too_large, "a URL of more than 2048 bytes");
  const auto parsed = urls::parse_uri(urls::string_view(text.data(), text.size()));
  if (!parsed) return bad("not a URL like https://api.example.com");
  const urls::url_view& url = parsed.value();
  // Said without repeating the text: it holds a password.
  if (url.has_userinfo())
    return fail(ErrorCode::invalid_argument, "a URL may not hold a user name or password: use a secret file");
  BaseUrl base;
  if (url.scheme_id() == urls::scheme::https)
    base.tls = true;
  else if (url.scheme_id() == urls::scheme::http)
    base.tls = false;
  else
    return bad("the scheme must be https or http");
  if (url.has_query()) return bad("a base URL has no query (?)");
  if (url.has_fragment()) return bad("a base URL has no fragment (#)");
  base.host = to_lower(std::string(url.host_address()));
  if (base.host.empty()) return bad("the host is missing");
  const bool v6 = url.host_type() == urls::host_type::ipv6;
  const auto allowed = v6 ? "0123456789abcdef:." : "0123456789abcdefghijklmnopqrstuvwxyz-._";
  if (base.host.size() > 253 || base.host.find_first_not_of(allowed) != std::string::npos)
    return bad("the host is not a name or an address (international names are written xn--...)");
  base.port = base.tls ? 443 : 80;
  if (url.has_port() && !url.port().empty()) {
    const auto port = parse_integer<std::uint16_t>(std::string_view(url.port().data(), url.port().size()));
    if (!port || *port == 0) return bad("the port must be a number from 1 to 65535");
    base.port = *port;
  }
  const auto path = url.encoded_path();
  base.path.assign(path.data(), path.size());
  // Boost.URL 1.81 takes "https://host:://x" for a path of "://x" behind an empty port; found by fuzzing.
  if (!base.path.empty() && !base.path.starts_with('/'))
    return bad("the port must be a number from 1 to 65535");
  while (base.path.ends_with('/')) base.path.pop_back();
  if (!base.tls && plain == PlainHttp::on_loopback_only && !base.is_loopback())
    return bad("http sends credentials in the clear: use https");
  return base;
}

std::string authority(const BaseUrl& url) {
  const bool v6 = url.host.find(':') != std::string::npos;
  const std::string host = v6 ? fmt::format("[{}]", url.host) : url.host;
  return url.port == (url.tls ? 443 : 80) ? host : fmt::format("{}:{}", host, url.port);
}

std::string to_string(const BaseUrl& url) {
  return fmt::format("{}://{}{}", url.tls ? "https" : "http", authority(url), url.path);
}

std::string percent_encode(std::string_view text) {
  if (text == ".") return "%2E";
  if (text == "..") return "%2E%2E";
  return urls::encode(urls::string_view(text.data(), text.size()), urls::unreserved_chars);
}

std::string make_path(std::initializer_list<std::string_view> segments) {
  std::string path;
  for (const auto segment : segments) path.append("/").append(percent_encode(segment));
  return path;
}

Query& Query::add(std::string_view name, std::string_view value) {
  pairs_.emplace_back(name, value);
  return *this;
}

Query& Query::add_list(std::string_view name, std::span<const std::string_view> values) {
  std::string joined;
  for (const auto value : values) {
    if (!joined.empty()) joined += ',';
    joined += value;
  }
  return add(name, joined);
}

std::string Query::encoded() const {
  std::string text;
  for (const auto& [name, value] : pairs_) {
    if (!text.empty()) text += '&';
    text.append(percent_encode(name)).append("=").append(percent_encode(value));
  }
  return text;
}

}  // namespace forestall::http
