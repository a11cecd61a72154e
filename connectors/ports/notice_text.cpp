// SPDX-License-Identifier: Apache-2.0
// A notice as plain text: for mails, and wherever a sink takes nothing but text.
#include "connectors/ports/notifier.hpp"

namespace forestall::ports {

std::string plain_text(const Notice& notice) {
  std::string text;
  const auto paragraph = [&](const std::string& words) {
    if (words.empty()) return;
    if (!text.empty()) text += '\n';
    text += words + '\n';
  };
  paragraph(notice.first);
  for (const auto& item : notice.items) {
    std::string lines = item.over ? "Over: " : item.urgency == Urgency::urgent ? "URGENT: " : "";
    lines += item.headline;
    if (!item.first.empty()) lines += "\n  -> " + item.first;
    for (const auto& number : item.numbers) lines += "\n     " + number;
    if (!item.reference.empty()) lines += "\n     [" + item.reference + "]";
    paragraph(lines);
  }
  paragraph(notice.more);
  paragraph(notice.footer);
  paragraph(notice.link);
  return text;
}

}  // namespace forestall::ports
