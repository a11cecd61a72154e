// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/smtp/html.hpp"

#include <fmt/format.h>

#include "connectors/notify/smtp/encode.hpp"

namespace forestall::notify::smtp {
namespace {

// Mail programs drop style sheets: styles stand in the elements.
constexpr std::string_view page =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>{0}</title>\n</head>\n"
    "<body style=\"margin:0;padding:16px;font:16px/1.45 "
    "system-ui,sans-serif;color:#1b1f24;background:#fff\">\n"
    "<div style=\"max-width:600px;margin:0 auto\">\n<h1 style=\"font-size:20px;line-height:1.3;margin:0 0 "
    "12px\">"
    "{0}</h1>\n{1}</div>\n</body>\n</html>\n";

std::string_view edge(const ports::NoticeItem& item) {
  if (item.over) return "#2da44e";
  return item.urgency == ports::Urgency::urgent    ? "#cf222e"
         : item.urgency == ports::Urgency::warning ? "#bf8700"
                                                   : "#6e7781";
}

std::string item_html(const ports::NoticeItem& item) {
  std::string html = fmt::format(
      "<div style=\"border-left:4px solid {};padding:2px 0 2px 12px;margin:0 0 "
      "16px\">\n<strong>{}{}</strong>\n",
      edge(item),
      item.over                                ? "Over: "
      : item.urgency == ports::Urgency::urgent ? "Urgent: "
                                               : "",
      escape_html(item.headline));
  if (!item.first.empty()) html += fmt::format("<div>{}</div>\n", escape_html(item.first));
  for (const auto& number : item.numbers)
    html += fmt::format("<div style=\"color:#57606a;font-size:14px\">{}</div>\n", escape_html(number));
  if (!item.reference.empty())
    html += fmt::format("<div style=\"color:#57606a;font:13px monospace\">{}</div>\n",
                        escape_html(item.reference));
  return html + "</div>\n";
}

}  // namespace

std::string html_of(const ports::Notice& n) {
  std::string body;
  if (!n.first.empty())
    body +=
        fmt::format("<p style=\"margin:0 0 16px;padding:12px;background:#f6f8fa;border-radius:6px\">{}</p>\n",
                    escape_html(n.first));
  for (const auto& item : n.items) body += item_html(item);
  if (!n.more.empty()) body += fmt::format("<p>{}</p>\n", escape_html(n.more));
  if (!n.link.empty())
    body += fmt::format("<p><a href=\"{}\">Open the console</a></p>\n", escape_html(n.link));
  if (!n.footer.empty())
    body += fmt::format("<p style=\"color:#57606a;font-size:14px\">{}</p>\n", escape_html(n.footer));
  return fmt::format(page, escape_html(n.subject), body);
}

}  // namespace forestall::notify::smtp
