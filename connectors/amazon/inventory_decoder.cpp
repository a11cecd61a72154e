// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/inventory_decoder.hpp"

#include "connectors/json/document.hpp"

namespace forestall::amazon {

Result<Decoded> decode_inventory(std::string_view body, const Place& place, const Reading& reading) {
  auto document = json::Document::parse(body);
  if (!document) return std::unexpected(document.error());
  const json::Node root = document->root();
  Decoded out;
  out.next_token = root["pagination"]["nextToken"].maybe_text().value_or("");
  const auto summaries = root["payload"]["inventorySummaries"].array();
  if (auto bad = document->take_error()) return std::unexpected(std::move(*bad));
  const auto location = LocationId::literal(fba_location);
  for (const json::Node summary : summaries) {
    // lastUpdatedTime can be a week old while the quantity is not (selling-partner-api-docs#1897).
    model::StockLevel level{.from = {place.source, model::Version::of(reading.asked), reading.answered},
                            .sku = summary["sellerSku"].id<SkuId>(),
                            .location = location,
                            .on_hand = {}};
    if (const auto count =
            summary["inventoryDetails"]["fulfillableQuantity"].maybe_integer(0, Units::max_reading))
      level.on_hand = Units(*count);
    if (auto bad = document->take_error())
      out.set_aside.push_back(std::move(*bad));
    else
      out.add(std::move(level), summary.path());
  }
  return out;
}

}  // namespace forestall::amazon
