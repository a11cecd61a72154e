// SPDX-License-Identifier: Apache-2.0
#include "config/settings/codec.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace forestall::config {

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + "\"";
}

std::string key_text(std::string_view key) {
  const bool bare = !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  return bare ? std::string(key) : toml_text(key);
}

bool Codec<bool>::read(const Node& node, bool& out, const Reading& reading) {
  if (node.kind != Node::Kind::boolean) {
    reading.wrong(node);
    return false;
  }
  out = node.boolean;
  return true;
}

bool Codec<double>::read(const Node& node, double& out, const Reading& reading) {
  if (node.kind == Node::Kind::integer) {
    out = static_cast<double>(node.integer);
    return true;
  }
  if (node.kind != Node::Kind::real || !std::isfinite(node.real)) {
    reading.wrong(node);
    return false;
  }
  out = node.real;
  return true;
}

std::string Codec<double>::write(double value) {
  // The shortest text that reads back as the same number, with the point that TOML asks of a float.
  auto text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

bool Codec<std::string>::read(const Node& node, std::string& out, const Reading& reading) {
  constexpr std::size_t longest = 1024;
  if (node.kind != Node::Kind::text) {
    reading.wrong(node);
    return false;
  }
  if (node.text.empty() || node.text.size() > longest || has_control_characters(node.text)) {
    reading.wrong(node, fmt::format("1 to {} bytes without control characters", longest));
    return false;
  }
  out = node.text;
  return true;
}

bool Codec<std::filesystem::path>::read(const Node& node, std::filesystem::path& out,
                                        const Reading& reading) {
  std::string text;
  if (!Codec<std::string>::read(node, text, reading)) return false;
  out = (reading.report.folder() / text).lexically_normal();
  return true;
}

Problems Report::take() {
  std::ranges::sort(problems_, {}, [](const Problem& problem) {
    return std::tie(problem.place, problem.key, problem.expected);
  });
  return std::move(problems_);
}

}  // namespace forestall::config
