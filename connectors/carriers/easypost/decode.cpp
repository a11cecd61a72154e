// SPDX-License-Identifier: Apache-2.0
#include "connectors/carriers/easypost/decode.hpp"

#include <utility>

#include "connectors/json/document.hpp"

namespace forestall::carriers::easypost {
namespace {

using model::ShipmentState;

Place read_place(const json::Node& node) {
  return {std::string(node["country"].maybe_text().value_or("")),
          std::string(node["state"].maybe_text().value_or(""))};
}

// The detail says more than the status where it is in the table.
const StatusRow* meaning(std::string_view status, std::string_view detail) {
  if (const StatusRow* row = find_status(Scheme::easypost_detail, detail)) return row;
  return find_status(Scheme::easypost, status);
}

// EasyPost does not say whether somebody scanned. What has a place was scanned there; "in transit to next
// facility" has none and is repeated for days.
Physical scanned(ShipmentState state, bool has_place) {
  switch (state) {
    case ShipmentState::delivered:
    case ShipmentState::returned:
      return Physical::yes;
    case ShipmentState::accepted:
    case ShipmentState::in_transit:
    case ShipmentState::out_for_delivery:
    case ShipmentState::returning:
      return has_place ? Physical::yes : Physical::no;
    case ShipmentState::exception:
      return has_place ? Physical::unknown : Physical::no;
    default:
      return Physical::no;
  }
}

TrackEvent read_event(const json::Node& node) {
  TrackEvent e;
  const auto place = node["tracking_location"];
  e.place = read_place(place);
  const bool has_place =
      place["city"].maybe_text().value_or("") != "" || place["zip"].maybe_text().value_or("") != "";
  if (const auto city = place["city"].maybe_text(); city && !city->empty()) {
    e.town = std::string(city->substr(0, 48));
    if (!e.place.region.empty()) e.town += " " + e.place.region.substr(0, 8);
  }
  const StatusRow* row =
      meaning(node["status"].maybe_text().value_or(""), node["status_detail"].maybe_text().value_or(""));
  if (row != nullptr) e.state = row->state;
  e.physical = scanned(e.state, has_place);
  e.code = std::string(node["carrier_code"].maybe_text().value_or("").substr(0, 32));
  const auto when = node["datetime"];
  // Where the place is unknown EasyPost takes the carrier's local time for UTC: then only the day is sure.
  if (has_place)
    e.time.at = when.maybe_instant();
  else if (const auto text = when.maybe_text())
    e.time.day = read_day(*text);
  return e;
}

TrackRecord read_tracker(const json::Node& node) {
  TrackRecord r;
  r.number = std::string(node["tracking_code"].text());
  r.carrier = slug(node["carrier"].maybe_text().value_or(""));
  const std::string_view status = node["status"].text();
  const std::string_view detail = node["status_detail"].maybe_text().value_or("");
  const StatusRow* row = find_status(Scheme::easypost, status);
  if (row != nullptr) r.state = row->state;
  if (const StatusRow* finer = find_status(Scheme::easypost_detail, detail);
      finer != nullptr && r.state != ShipmentState::delivered)
    if (finer->state != ShipmentState::unknown) r.state = finer->state;
  r.updated = node["updated_at"].maybe_instant();
  for (const json::Node event : node["tracking_details"].maybe_array()) r.events.push_back(read_event(event));
  const auto details = node["carrier_detail"];
  if (details.is_object()) {
    r.destination = read_place(details["destination_tracking_location"]);
    r.origin = read_place(details["origin_tracking_location"]);
    r.service = std::string(details["service"].maybe_text().value_or("").substr(0, 64));
  }
  // An estimated date is a day at the destination, whatever zone it is written in. Test mode invents it.
  if (node["mode"].maybe_text().value_or("") != "test") {
    if (details.is_object())
      if (const auto local = details["est_delivery_date_local"].maybe_text())
        r.promised.day = read_day(*local);
    if (const auto date = node["est_delivery_date"].maybe_text(); date && !r.promised.day)
      r.promised.day = read_day(*date);
  }
  return r;
}

void read_one(json::Document& document, const json::Node& node, Decoded& out) {
  TrackRecord record = read_tracker(node);
  if (auto bad = document.take_error())
    out.set_aside.push_back(std::move(*bad));
  else
    out.records.push_back(std::move(record));
}

constexpr json::Limits limits{
    .bytes = std::size_t{8} << 20, .depth = 16, .string_bytes = 4096, .array_length = 2'000};

}  // namespace

Result<Decoded> decode_trackers(std::string_view body) {
  auto document = json::Document::parse(body, limits);
  if (!document) return fail_in("trackers", document.error());
  Decoded out;
  const auto trackers = document->root()["trackers"].array();
  if (auto bad = document->take_error()) return std::unexpected(std::move(*bad));
  for (const json::Node tracker : trackers) read_one(*document, tracker, out);
  return out;
}

Result<Decoded> decode_event(std::string_view body) {
  auto document = json::Document::parse(body, limits);
  if (!document) return fail_in("event", document.error());
  Decoded out;
  const auto root = document->root();
  const std::string_view what = root["description"].text();
  if (what.starts_with("tracker.")) read_one(*document, root["result"], out);
  if (auto bad = document->take_error()) return std::unexpected(std::move(*bad));
  return out;
}

}  // namespace forestall::carriers::easypost
