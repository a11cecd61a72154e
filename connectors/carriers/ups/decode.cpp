// SPDX-License-Identifier: Apache-2.0
#include "connectors/carriers/ups/decode.hpp"

#include <utility>

#include "connectors/json/document.hpp"

namespace forestall::carriers::ups {
namespace {

using model::ShipmentState;

std::string_view text_of(const json::Node& node) { return node.maybe_text().value_or(""); }

Place read_place(const json::Node& address) {
  if (!address.is_object()) return {};
  std::string_view country = text_of(address["countryCode"]);
  if (country.empty()) country = text_of(address["country"]);
  return {std::string(country), std::string(text_of(address["stateProvince"]))};
}

TrackEvent read_activity(const json::Node& node) {
  TrackEvent e;
  const auto status = node["status"];
  const StatusRow* row =
      meaning(text_of(status["type"]), text_of(status["code"]), text_of(status["statusCode"]));
  if (row != nullptr) e.state = row->state;
  e.code = std::string(text_of(status["code"]).substr(0, 32));
  e.place = read_place(node["location"]["address"]);
  e.town = std::string(text_of(node["location"]["address"]["city"]).substr(0, 48));
  e.time.at = read_gmt(text_of(node["gmtDate"]), text_of(node["gmtTime"]));
  if (!e.time.at) e.time.day = read_day(text_of(node["date"]));
  // logicalScan says it outright; the table knows some that never are physical.
  const auto logical = node["logicalScan"].maybe_boolean();
  e.physical = row != nullptr ? row->physical : Physical::unknown;
  const bool nowhere = e.state == ShipmentState::label_made || e.state == ShipmentState::unknown;
  if (nowhere || (logical && *logical))
    e.physical = Physical::no;
  else if (logical && e.physical == Physical::unknown)
    e.physical = Physical::yes;
  else if (e.physical == Physical::unknown && e.state != ShipmentState::exception)
    e.physical = Physical::yes;
  return e;
}

// Rescheduled before scheduled; "DEL" is when it was delivered, not when it will be.
std::optional<CivilDate> promised_day(const json::Node& dates) {
  std::optional<CivilDate> scheduled;
  for (const json::Node date : dates.maybe_array()) {
    const auto day = read_day(text_of(date["date"]));
    if (!day) continue;
    if (text_of(date["type"]) == "RDD") return day;
    if (text_of(date["type"]) == "SDD") scheduled = day;
  }
  return scheduled;
}

TrackRecord read_package(const json::Node& package, std::optional<CivilDate> picked_up) {
  TrackRecord r;
  r.carrier = "ups";
  r.number = std::string(package["trackingNumber"].text());
  r.shipped_day = picked_up;
  const auto current = package["currentStatus"];
  if (current.is_object()) {
    // What the specification calls "code" holds the three-digit status code; newer answers say both.
    std::string_view code = text_of(current["statusCode"]);
    if (code.empty()) code = text_of(current["code"]);
    if (const StatusRow* row = meaning(text_of(current["type"]), "", code)) r.state = row->state;
  }
  r.promised.day = promised_day(package["deliveryDate"]);
  for (const json::Node address : package["packageAddress"].maybe_array())
    if (text_of(address["type"]) == "DESTINATION") r.destination = read_place(address["address"]);
  for (const json::Node activity : package["activity"].maybe_array())
    r.events.push_back(read_activity(activity));
  return r;
}

}  // namespace

std::optional<Instant> read_gmt(std::string_view date, std::string_view time) {
  const auto day = read_day(date);
  std::string digits;
  for (const char c : time) {
    if (c >= '0' && c <= '9')
      digits += c;
    else if (c != ':')
      return std::nullopt;
  }
  if (!day || digits.empty() || digits.size() > 6) return std::nullopt;
  digits.insert(0, 6 - digits.size(), '0');
  const auto two = [&](std::size_t at) { return (digits[at] - '0') * 10 + digits[at + 1] - '0'; };
  if (two(0) > 23 || two(2) > 59 || two(4) > 59) return std::nullopt;
  return Instant(std::chrono::sys_days(*day)) + std::chrono::hours(two(0)) + std::chrono::minutes(two(2)) +
         std::chrono::seconds(two(4));
}

const StatusRow* meaning(std::string_view type, std::string_view code, std::string_view status_code) {
  if (const StatusRow* row = find_status(Scheme::ups_status, status_code)) return row;
  if (type == "I" || type == "M" || type == "X") {
    const Scheme scheme = type == "I" ? Scheme::ups_i : type == "M" ? Scheme::ups_m : Scheme::ups_x;
    if (const StatusRow* row = find_status(scheme, code)) return row;
  }
  return find_status(Scheme::ups_type, type);
}

Result<std::vector<TrackRecord>> decode_track(std::string_view body) {
  auto document = json::Document::parse(
      body, {.bytes = std::size_t{4} << 20, .depth = 24, .string_bytes = 8192, .array_length = 2'000});
  if (!document) return fail_in("track", document.error());
  std::vector<TrackRecord> out;
  for (const json::Node shipment : document->root()["trackResponse"]["shipment"].array()) {
    const auto picked_up = read_day(text_of(shipment["pickupDate"]));
    for (const json::Node package : shipment["package"].maybe_array())
      out.push_back(read_package(package, picked_up));
  }
  return document->finish(std::move(out));
}

}  // namespace forestall::carriers::ups
