// SPDX-License-Identifier: Apache-2.0
#include "connectors/carriers/fedex/decode.hpp"

#include <fmt/format.h>

#include <utility>

#include "config/base/text.hpp"
#include "connectors/json/document.hpp"

namespace forestall::carriers::fedex {
namespace {

using model::ShipmentState;

std::string_view text_of(const json::Node& node) { return node.maybe_text().value_or(""); }

Place read_place(const json::Node& location) {
  if (!location.is_object()) return {};
  return {std::string(text_of(location["countryCode"])),
          std::string(text_of(location["stateOrProvinceCode"]))};
}

TrackEvent read_event(const json::Node& node) {
  TrackEvent e;
  // The event's own type; its derivedStatusCode says "in transit" of a parcel on the van.
  const std::string_view code = text_of(node["eventType"]);
  e.code = std::string(code.substr(0, 32));
  if (const StatusRow* row = find_status(Scheme::fedex, code)) {
    e.state = row->state;
    e.physical = row->physical;
  }
  e.time = read_time(text_of(node["date"]));
  e.place = read_place(node["scanLocation"]);
  if (node["scanLocation"].is_object())
    e.town = std::string(text_of(node["scanLocation"]["city"]).substr(0, 48));
  return e;
}

std::optional<CivilDate> dated(const json::Node& result, std::string_view type) {
  for (const json::Node date : result["dateAndTimes"].maybe_array())
    if (text_of(date["type"]) == type) return read_day(text_of(date["dateTime"]));
  return std::nullopt;
}

TrackRecord read_result(const json::Node& result, std::string_view number) {
  TrackRecord r;
  r.carrier = "fedex";
  r.number = std::string(number);
  const auto latest = result["latestStatusDetail"];
  if (latest.is_object()) {
    std::string_view code = text_of(latest["derivedCode"]);
    if (find_status(Scheme::fedex, code) == nullptr) code = text_of(latest["code"]);
    if (const StatusRow* row = find_status(Scheme::fedex, code)) r.state = row->state;
  }
  for (const std::string_view type : {"ACTUAL_TENDER", "ACTUAL_PICKUP", "SHIP"})
    if (!r.shipped_day) r.shipped_day = dated(result, type);
  // The window's end where there is one (a time of day is a promise), else the day.
  const std::string_view ends = text_of(result["estimatedDeliveryTimeWindow"]["window"]["ends"]);
  r.promised = read_time(ends);
  if (!r.promised.at && !r.promised.day) r.promised.day = dated(result, "ESTIMATED_DELIVERY");
  if (!r.promised.at && !r.promised.day) r.promised.day = dated(result, "COMMITMENT");
  const auto recipient = result["recipientInformation"]["address"];
  r.destination = recipient.is_object() ? read_place(recipient) : Place{};
  for (const json::Node event : result["scanEvents"].maybe_array()) r.events.push_back(read_event(event));
  return r;
}

}  // namespace

EventTime read_time(std::string_view text) {
  EventTime out;
  if (text.size() < 10) return out;
  const std::string_view clock = text.substr(10);
  const bool midnight = clock.starts_with("T00:00:00");
  const bool bare = clock.size() <= 9;  // "T10:36:00" at most: no offset
  const bool memphis = clock.ends_with("-06:00") || clock.ends_with("-05:00");
  if (bare || (midnight && memphis)) {
    out.day = read_day(text);
    return out;
  }
  if (const auto at = parse_instant(text))
    out.at = *at;
  else
    out.day = read_day(text);
  return out;
}

Result<Decoded> decode_track(std::string_view body) {
  auto document = json::Document::parse(
      body, {.bytes = std::size_t{16} << 20, .depth = 24, .string_bytes = 8192, .array_length = 5'000});
  if (!document) return fail_in("trackingnumbers", document.error());
  Decoded out;
  const auto all = document->root()["output"]["completeTrackResults"].array();
  if (auto bad = document->take_error()) return std::unexpected(std::move(*bad));
  for (const json::Node one : all) {
    const std::string_view number = one["trackingNumber"].text();
    for (const json::Node result : one["trackResults"].array()) {
      const auto error = result["error"];
      if (error.is_object()) {
        const std::string_view code = text_of(error["code"]);
        if (!code.contains("NOTFOUND"))
          out.set_aside.push_back(
              Error{ErrorCode::parse, false, fmt::format("{}: {}", result.path(), printable(code, 60))});
        continue;
      }
      out.records.push_back(read_result(result, number));
    }
    if (auto bad = document->take_error()) {
      // Nothing of a number that cannot be read is used.
      std::erase_if(out.records, [&](const TrackRecord& r) { return r.number == number; });
      out.set_aside.push_back(std::move(*bad));
    }
  }
  return out;
}

}  // namespace forestall::carriers::fedex
