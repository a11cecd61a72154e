// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/message.hpp"

#include <algorithm>
#include <array>

#include "config/base/text.hpp"

namespace forestall::http {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && to_lower(a) == to_lower(b);
}

// Better to hide a harmless "sort_key" than to show an API key: any name with one of these inside.
bool names_a_secret(std::string_view name, const std::vector<std::string>& more) {
  static constexpr std::array<std::string_view, 8> words = {"token",    "key",  "secret", "signature",
                                                            "password", "auth", "sig",    "credential"};
  const std::string lower = to_lower(name);
  return lower == "code" || std::ranges::any_of(words, [&](auto word) { return lower.contains(word); }) ||
         std::ranges::any_of(more, [&](const auto& other) { return same_name(name, other); });
}

}  // namespace

std::string_view method_name(Method method) {
  static constexpr std::array<std::string_view, 6> names = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
  return names[static_cast<std::size_t>(method)];
}

bool Request::idempotent() const {
  return options.idempotent.value_or(method != Method::post && method != Method::patch);
}

std::optional<std::string_view> find_header(const std::vector<Header>& headers, std::string_view name) {
  const auto found = std::ranges::find_if(headers, [&](const auto& h) { return same_name(h.name, name); });
  if (found == headers.end()) return std::nullopt;
  return found->value;
}

std::string media_type(const Response& response) {
  const auto value = find_header(response.headers, "content-type");
  if (!value) return {};
  return to_lower(trim(value->substr(0, value->find(';'))));
}

std::string loggable_target(const Request& request) {
  std::string text = request.options.secret_path ? "/***" : request.base.path + request.path;
  char separator = '?';
  for (const auto& [name, value] : request.query.pairs()) {
    text += separator;
    text.append(percent_encode(name)).append("=");
    text += names_a_secret(name, request.options.secret_parameters) ? "***" : percent_encode(value);
    separator = '&';
  }
  return printable(text, 300);
}

}  // namespace forestall::http
