// SPDX-License-Identifier: Apache-2.0
// The port of a stock source: who knows what is on hand.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <optional>
#include <span>

#include "config/base/error.hpp"
#include "connectors/model/stock.hpp"
#include "connectors/ports/page.hpp"

namespace forestall::ports {

struct StockTraits {
  model::DeductsAt deducts_at = model::DeductsAt::ship;
  bool snapshots = false;  // a reading names every SKU: one that is missing becomes unknown
  bool counts = false;     // it also reports counts and failed picks
  bool receipts = false;
};

// A SKU that an earlier reading of a source named, and when what it said was true.
struct NamedSku {
  SkuId sku;
  Instant true_at;
};

class StockSource {
 public:
  virtual ~StockSource() = default;
  virtual const StockTraits& traits() const = 0;
  // StockLevel, StockCount, PickFailed, ReceiptUpsert. Nothing new: an empty page with the same cursor. A
  // reading that is bad as a whole is an error and changes nothing; a bad row is in Page::set_aside.
  virtual boost::asio::awaitable<Result<Page>> poll(Cursor from, std::chrono::nanoseconds timeout) = 0;
  // Where traits().snapshots: what earlier readings of this source named, as far as the ledger knows. Told
  // once, before the first poll of this process, so that a SKU that is missing from the next snapshot is
  // noticed across a restart too.
  virtual void remember(std::span<const NamedSku> skus) { static_cast<void>(skus); }
};

}  // namespace forestall::ports
