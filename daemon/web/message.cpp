// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "config/base/text.hpp"

namespace forestall::web {
namespace {

// RFC 9110 §5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(Instant now) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const CivilDate date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     days.at(std::chrono::weekday(day).c_encoding()), static_cast<unsigned>(date.day()),
                     months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

// Nothing of the outside may end a header and begin another.
const std::string& checked(const std::string& text) {
  if (has_control_characters(text)) throw std::logic_error("a control character in a header");
  return text;
}

}  // namespace

std::string_view method_name(Method method) {
  constexpr std::array<std::string_view, 4> names{"GET", "POST", "PUT", "DELETE"};
  return names.at(static_cast<std::size_t>(method));
}

std::string_view Request::parameter(std::string_view name) const {
  const auto found = path_parameters.find(name);
  return found == path_parameters.end() ? std::string_view{} : found->second;
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  const auto found = query.find(name);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

Response json(std::string body, unsigned status) { return {.status = status, .body = std::move(body)}; }

Response problem(unsigned status, ErrorCode code, std::string_view detail) {
  const boost::json::object body{{"type", "about:blank"},
                                 {"title", reason_phrase(status)},
                                 {"status", status},
                                 {"code", code_name(code)},
                                 {"detail", printable(detail, 1000)}};
  return {.status = status, .content_type = "application/problem+json", .body = boost::json::serialize(body)};
}

Response problem(const Error& error) {
  const bool ours = error.code == ErrorCode::internal;
  return problem(status_for(error.code), error.code,
                 ours ? "an internal error; the log says more" : error.detail);
}

unsigned status_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::parse:
      return 400;
    case ErrorCode::unauthenticated:
      return 401;
    case ErrorCode::forbidden:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::too_large:
      return 413;
    case ErrorCode::rate_limited:
      return 429;
    case ErrorCode::internal:
      return 500;
    case ErrorCode::unsupported:
      return 501;
    case ErrorCode::io:
    case ErrorCode::unavailable:
    case ErrorCode::cancelled:
      return 503;
    case ErrorCode::timeout:
    case ErrorCode::outcome_unknown:
      return 504;
  }
  return 500;
}

std::string_view reason_phrase(unsigned status) {
  constexpr std::array<std::pair<unsigned, std::string_view>, 22> phrases{
      {{200, "OK"},
       {201, "Created"},
       {202, "Accepted"},
       {204, "No Content"},
       {400, "Bad Request"},
       {401, "Unauthorized"},
       {403, "Forbidden"},
       {404, "Not Found"},
       {405, "Method Not Allowed"},
       {408, "Request Timeout"},
       {409, "Conflict"},
       {411, "Length Required"},
       {413, "Content Too Large"},
       {414, "URI Too Long"},
       {415, "Unsupported Media Type"},
       {421, "Misdirected Request"},
       {429, "Too Many Requests"},
       {431, "Request Header Fields Too Large"},
       {500, "Internal Server Error"},
       {501, "Not Implemented"},
       {503, "Service Unavailable"},
       {504, "Gateway Timeout"}}};
  const auto found = std::ranges::find(phrases, status, &std::pair<unsigned, std::string_view>::first);
  return found == phrases.end() ? "Status" : found->second;
}

std::string serialize_head(const Response& response, Instant now, bool keep_alive) {
  std::string head = fmt::format(
      "HTTP/1.1 {} {}\r\nDate: {}\r\nConnection: {}\r\nX-Content-Type-Options: nosniff\r\n"
      "X-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: "
      "same-origin\r\n",
      response.status, reason_phrase(response.status), http_date(now),
      keep_alive && !response.endless ? "keep-alive" : "close");
  if (!response.endless) head += fmt::format("Content-Length: {}\r\n", response.body.size());
  if (!response.content_type.empty())
    head += fmt::format("Content-Type: {}\r\n", checked(response.content_type));
  bool policy = false;
  bool cache = false;
  for (const auto& [name, value] : response.headers) {
    head += fmt::format("{}: {}\r\n", checked(name), checked(value));
    policy = policy || to_lower(name) == "content-security-policy";
    cache = cache || to_lower(name) == "cache-control";
  }
  // A page of the console states its own; data needs neither scripts nor frames nor caches.
  if (!policy) head += "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
  if (!cache) head += "Cache-Control: no-store\r\n";
  return head + "\r\n";
}

}  // namespace forestall::web
