// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/participation_decoder.hpp"

#include "connectors/json/document.hpp"

namespace forestall::amazon {

Result<bool> decode_participation(std::string_view body, std::string_view marketplace) {
  auto document = json::Document::parse(body, {.bytes = 1 << 20});
  if (!document) return std::unexpected(document.error());
  bool sells = false;
  for (const json::Node entry : document->root()["payload"].array()) {
    const bool ours = entry["marketplace"]["id"].text() == marketplace;
    const bool takes_part = entry["participation"]["isParticipating"].boolean();
    sells = sells || (ours && takes_part);
  }
  return document->finish(sells);
}

}  // namespace forestall::amazon
