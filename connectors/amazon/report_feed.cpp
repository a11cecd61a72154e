// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/report_feed.hpp"

namespace forestall::amazon {

std::string ReportCursor::str() const {
  CursorText text(name, 1);
  text.set("id", id).set("asked", asked);
  if (!document.empty()) text.set("document", document).set("row", row);
  return text.str();
}

Result<ReportCursor> ReportCursor::parse(const CursorText& text, std::string_view name) {
  const auto id = text.text("id");
  const auto asked = text.instant("asked");
  if (!text.is(name, 1) || !id || id->empty() || !asked || *asked <= Instant{})
    return fail(ErrorCode::conflict, "the cursor is none of this feed");
  ReportCursor read{.name = std::string(name), .id = *id, .asked = *asked, .document = {}, .row = 0};
  read.document = text.text("document").value_or("");
  read.row = read.document.empty() ? 0 : text.number("row").value_or(0);
  return read;
}

}  // namespace forestall::amazon
