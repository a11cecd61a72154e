// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/api_error.hpp"

#include <fmt/format.h>

#include "config/base/text.hpp"
#include "connectors/json/document.hpp"

namespace forestall::amazon {

std::string explain(const http::Response& response) {
  auto document = json::Document::parse(response.body, {.bytes = 1 << 16, .depth = 8});
  if (!document || !document->root().is_object()) return {};
  const auto errors = document->root()["errors"].maybe_array();
  if (document->failed() || errors.empty()) return {};
  const auto code = errors[0]["code"].maybe_text().value_or("");
  const auto message = errors[0]["message"].maybe_text().value_or("");
  if (code.empty() && message.empty()) return {};
  return printable(message.empty() ? std::string(code) : fmt::format("{}: {}", code, message), 160);
}

}  // namespace forestall::amazon
