// SPDX-License-Identifier: Apache-2.0
// Any bytes as the answer of a carrier: refused, or records that become updates the ledger takes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "connectors/carriers/easypost/decode.hpp"
#include "connectors/carriers/easypost/webhook.hpp"
#include "connectors/carriers/fedex/decode.hpp"
#include "connectors/carriers/ups/decode.hpp"
#include "connectors/model/observation.hpp"

namespace {

using namespace forestall;

void use(const std::vector<carriers::TrackRecord>& records) {
  const Instant now = parse_instant("2026-03-20T12:00:00Z").value();
  const ports::Parcel parcel{.account = AccountId::literal("shop"),
                             .order = OrderId::literal("1"),
                             .tracking = TrackingId::literal("1"),
                             .handed_over_at = parse_instant("2026-03-10T12:00:00Z").value()};
  static_cast<void>(carriers::choose(records, parcel));
  for (const carriers::TrackRecord& r : records) {
    const auto update = carriers::summarise(r, parcel, SourceId::literal("carrier"), now);
    if (update.last_scan_at && *update.last_scan_at > now) std::abort();
    if (update.first_scan_at && update.last_scan_at && *update.first_scan_at > *update.last_scan_at)
      std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto d = carriers::easypost::decode_trackers(text)) use(d->records);
  if (const auto d = carriers::easypost::decode_event(text)) use(d->records);
  if (const auto d = carriers::fedex::decode_track(text)) use(d->records);
  if (const auto d = carriers::ups::decode_track(text)) use(*d);
  static_cast<void>(carriers::fedex::read_time(text));
  static_cast<void>(
      carriers::ups::read_gmt(text.substr(0, 8), text.substr(text.size() < 8 ? text.size() : 8)));
  static_cast<void>(carriers::easypost::decompose(text));
  return 0;
}
