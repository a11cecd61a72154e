// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/report_decoder.hpp"

#include "config/base/text.hpp"
#include "connectors/json/document.hpp"

namespace forestall::amazon {

namespace {

constexpr json::Limits small{.bytes = 1 << 18};

// Ids become part of paths and cursors.
std::string id_of(const json::Node& node) {
  const auto text = node.text();
  if (text.empty() || text.size() > 256 || has_control_characters(text)) node.reject("not an id");
  return std::string(text);
}

}  // namespace

Result<std::string> decode_created_report(std::string_view body) {
  auto document = json::Document::parse(body, small);
  if (!document) return std::unexpected(document.error());
  auto id = id_of(document->root()["reportId"]);
  return document->finish(std::move(id));
}

Result<ReportStatus> decode_report_status(std::string_view body) {
  auto document = json::Document::parse(body, small);
  if (!document) return std::unexpected(document.error());
  const json::Node root = document->root();
  ReportStatus status;
  const auto word = root["processingStatus"].text();
  if (word == "DONE") {
    status.stage = ReportStage::done;
    status.document = id_of(root["reportDocumentId"]);
  } else if (word == "CANCELLED") {
    status.stage = ReportStage::nothing;
  } else if (word == "FATAL") {
    status.stage = ReportStage::failed;
  }
  return document->finish(std::move(status));
}

Result<ReportDocument> decode_report_document(std::string_view body) {
  auto document = json::Document::parse(body, small);
  if (!document) return std::unexpected(document.error());
  const json::Node root = document->root();
  ReportDocument read{.link = std::string(root["url"].text())};
  const auto compression = root["compressionAlgorithm"].maybe_text().value_or("");
  if (auto bad = document->take_error()) {
    bad->detail = bad->detail.substr(0, bad->detail.find(':')) + ": cannot be read";  // quotes no link
    return std::unexpected(std::move(*bad));
  }
  if (!compression.empty() && compression != "GZIP")
    return fail(ErrorCode::unsupported, "compressionAlgorithm: \"" + printable(compression, 20) + "\"");
  read.gzip = !compression.empty();
  return read;
}

}  // namespace forestall::amazon
