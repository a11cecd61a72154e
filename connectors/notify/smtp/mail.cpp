// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/smtp/mail.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/text.hpp"
#include "connectors/http/http_date.hpp"
#include "connectors/notify/smtp/encode.hpp"
#include "connectors/notify/smtp/html.hpp"

namespace forestall::notify::smtp {
namespace {

std::string header(std::string_view name, std::string_view value) {
  return fmt::format("{}: {}\r\n", name, header_text(value, name.size() + 2));
}

// An identifier's left side holds letters, digits, '-' and '.' only.
std::string id_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (plain)
      out += c;
    else
      out += fmt::format(".{:02x}", static_cast<unsigned char>(c));
  }
  return out.substr(0, 200);
}

std::string part(std::string_view boundary, std::string_view type, std::string_view text) {
  return fmt::format(
      "--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n",
      boundary, type, quoted_printable(text));
}

}  // namespace

std::string mail_date(Instant instant) {
  auto text = http::http_date(instant);  // the same but for its end
  text.replace(text.size() - 3, 3, "+0000");
  return text;
}

std::string mail_of(const ports::Notice& n, const Envelope& envelope) {
  const auto host = envelope.from.substr(envelope.from.find('@') + 1);
  // Quoted-printable text holds no "=_": nothing in a part can look like the border.
  const auto boundary = "=_forestall_" + id_text(n.id).substr(0, 40);
  std::string to;
  for (const auto& one : envelope.to) to += (to.empty() ? "" : ",\r\n ") + one;
  std::string mail;
  mail += fmt::format("From: Forestall <{}>\r\nTo: {}\r\n", envelope.from, to);
  mail += header("Subject", n.subject);
  mail += fmt::format("Date: {}\r\nMessage-ID: <{}@{}>\r\n", mail_date(n.made), id_text(n.id), host);
  mail += fmt::format("References: <key.{}@{}>\r\n", id_text(n.key), host);
  if (n.urgency == ports::Urgency::urgent) mail += "Importance: high\r\nX-Priority: 1\r\n";
  // Out-of-office programs leave it alone (RFC 3834).
  mail += "Auto-Submitted: auto-generated\r\n";
  for (const auto& [name, value] : n.labels)
    if (!value.empty() && (name == "seller" || name == "kind" || name == "account"))
      mail += header("X-Forestall-" + name, value);
  mail += fmt::format("MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"{}\"\r\n\r\n",
                      boundary);
  mail += part(boundary, "text/plain", ports::plain_text(n));
  mail += part(boundary, "text/html", html_of(n));
  mail += fmt::format("--{}--\r\n", boundary);
  return mail;
}

std::string dot_stuffed(std::string_view mail) {
  std::string out;
  out.reserve(mail.size() + 16);
  bool line_begins = true;
  for (const char c : mail) {
    if (line_begins && c == '.') out += '.';
    out += c;
    line_begins = c == '\n';
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

}  // namespace forestall::notify::smtp
