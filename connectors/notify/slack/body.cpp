// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/slack/body.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace forestall::notify::slack {
namespace json = boost::json;
namespace {

constexpr std::size_t most_items = 40;  // and five blocks around them
constexpr std::size_t most_text = 3000;
constexpr std::size_t most_headline = 150;

// At a border between characters. Slack counts characters, and none is longer than its bytes.
std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  most -= 3;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  // Not in the middle of an escaped character: "&am".
  if (const auto amp = text.rfind('&', most); amp != std::string::npos && most - amp < 5 && amp < most)
    most = amp;
  text.resize(most);
  return text + "...";
}

json::object section(std::string text) {
  return {{"type", "section"}, {"text", {{"type", "mrkdwn"}, {"text", cut(std::move(text), most_text)}}}};
}

std::string item_text(const ports::NoticeItem& item) {
  std::string text = item.over                                ? ":white_check_mark: "
                     : item.urgency == ports::Urgency::urgent ? ":rotating_light: "
                                                              : "";
  text += (item.over ? "Over: " : "") + escape(item.headline);
  if (!item.first.empty()) text += "\n→ " + escape(item.first);
  for (const auto& number : item.numbers) text += "\n    " + escape(number);
  if (!item.reference.empty()) text += "\n    `" + escape(item.reference) + "`";
  return text;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

std::string body_of(const ports::Notice& n) {
  json::array blocks;
  blocks.push_back(json::object{
      {"type", "header"},
      {"text", {{"type", "plain_text"}, {"emoji", false}, {"text", cut(n.subject, most_headline)}}}});
  if (!n.first.empty()) blocks.push_back(section("*" + escape(n.first) + "*"));
  std::size_t shown = 0;
  for (const auto& item : n.items) {
    if (shown++ == most_items) break;
    blocks.push_back(section(item_text(item)));
  }
  std::string more = escape(n.more);
  if (n.items.size() > most_items)
    more = "and " + std::to_string(n.items.size() - most_items) + " more. " + more;
  if (!more.empty()) blocks.push_back(section(more));
  std::string end = escape(n.footer);
  if (!n.link.empty()) end += (end.empty() ? "" : "\n") + ("<" + escape(n.link) + "|Open the console>");
  if (!end.empty())
    blocks.push_back(json::object{
        {"type", "context"},
        {"elements",
         json::array{json::object{{"type", "mrkdwn"}, {"text", cut(std::move(end), most_text)}}}}});
  // `text` is what a phone's notification shows.
  return json::serialize(
      json::object{{"text", cut(escape(n.subject), most_text)}, {"blocks", std::move(blocks)}});
}

}  // namespace forestall::notify::slack
