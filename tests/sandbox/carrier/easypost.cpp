// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/carrier/easypost.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "config/base/text.hpp"
#include "tests/sandbox/amazon/answers.hpp"

namespace forestall::sandbox {

namespace {

using boost::json::array;
using boost::json::object;

constexpr std::string_view digits_of = "94001";  // every number is this and the order's number in 17 digits

Answer refuse(int status, std::string_view code, std::string_view message) {
  return json_answer(object{{"error", object{{"code", code}, {"message", message}, {"errors", array{}}}}},
                     status);
}

object location(const Hub* hub) {
  const auto text = [](std::string_view value) { return boost::json::value(value); };
  return {{"object", "TrackingLocation"},
          {"city", hub == nullptr ? boost::json::value(nullptr) : text(hub->city)},
          {"state", hub == nullptr ? boost::json::value(nullptr) : text(hub->state)},
          {"country", hub == nullptr ? boost::json::value(nullptr) : text("US")},
          {"zip", hub == nullptr ? boost::json::value(nullptr) : text(hub->zip)}};
}

// The parcel as it is known by now.
object tracker_json(std::string_view tracking, const ParcelStory* story, Instant now) {
  object json{{"id", fmt::format("trk_{}", tracking)},
              {"object", "Tracker"},
              {"mode", "production"},
              {"tracking_code", tracking},
              {"status", "unknown"},
              {"status_detail", "unknown"},
              {"created_at", to_string(now)},
              {"updated_at", to_string(now)},
              {"signed_by", nullptr},
              {"weight", nullptr},
              {"est_delivery_date", nullptr},
              {"carrier", "USPS"},
              {"tracking_details", array{}},
              {"fees", array{}},
              {"carrier_detail", nullptr}};
  if (story == nullptr) return json;
  array details;
  for (const Scan& scan : story->scans) {
    if (scan.at > now) break;
    json["status"] = scan.status;
    json["status_detail"] = scan.detail;
    json["updated_at"] = to_string(scan.at);
    details.push_back(object{{"object", "TrackingDetail"},
                             {"message", scan.message},
                             {"description", ""},
                             {"status", scan.status},
                             {"status_detail", scan.detail},
                             {"datetime", to_string(scan.at)},
                             {"source", "USPS"},
                             {"carrier_code", ""},
                             {"tracking_location", location(scan.place)}});
  }
  if (details.empty()) return json;
  json["created_at"] = to_string(story->scans.front().at);
  json["carrier_detail"] = object{{"object", "CarrierDetail"},
                                  {"service", "Ground Advantage"},
                                  {"origin_tracking_location", location(&origin_hub())},
                                  {"destination_tracking_location", location(story->destination)}};
  json["tracking_details"] = std::move(details);
  return json;
}

}  // namespace

EasyPost::Found EasyPost::find(std::string_view tracking) const {
  if (tracking.size() != 22 || !tracking.starts_with(digits_of)) return {};
  const auto number = parse_integer<std::uint32_t>(tracking.substr(tracking.find_first_not_of('0', 5)));
  if (!number) return {};
  for (const Account& account : market_.accounts())
    if (const Order* order = account.orders.find_number(*number);
        order != nullptr && order->label_at != Instant{})
      return {&account, order};
  return {};
}

ParcelStory EasyPost::story(const Order& order) const {
  StoryRules rules{.seed = market_.options().seed, .outages = outages_};
  if (const auto missed = missed_.find(CivilDate(std::chrono::floor<std::chrono::days>(order.label_at)));
      missed != missed_.end())
    rules.collected_late = missed->second;
  const auto set = fates_.find(order.number);
  const Options& options = market_.options();
  const bool calm = order.label_at < market_.setting().scenario.start + options.trouble_after;
  const Fate fate = set != fates_.end() ? set->second
                    : calm              ? Fate::moving
                                        : draw_fate(rules.seed, order.number, options.fates);
  return tell_story(order.number, order.label_at, fate, rules);
}

Answer EasyPost::answer(const Request& request) {
  // base64("EZSK-sandbox:"), which is how the key is shown.
  if (request.authorization != "Basic RVpTSy1zYW5kYm94Og==")
    return refuse(401, "APIKEY.INACTIVE", "This api key is no longer active.");
  if (request.method != "POST" || request.path.size() != 4 || request.path[1] != "v2" ||
      request.path[2] != "trackers" || request.path[3] != "batch")
    return refuse(404, "NOT_FOUND", "The requested resource could not be found.");
  ++calls_;
  if (const auto fault = faults_.strike("createTrackers", "easypost")) {
    if (fault->kind == FaultKind::timeout) return {.delivery = Delivery::never};
    if (fault->kind == FaultKind::reset) return {.delivery = Delivery::reset};
    if (fault->kind == FaultKind::status) return refuse(fault->status, "RATE_LIMITED", "Too many requests.");
    Answer result = batch(request);
    if (fault->kind == FaultKind::truncated) result.delivery = Delivery::truncated;
    if (fault->kind == FaultKind::invalid_json) result.body = "{\"trackers\": [";
    if (fault->kind == FaultKind::lost_answer) result.delivery = Delivery::reset;
    return result;
  }
  return batch(request);
}

Answer EasyPost::batch(const Request& request) {
  boost::system::error_code broken;
  const auto body = boost::json::parse(request.body, broken);
  const auto* codes = !broken && body.is_object() ? body.as_object().if_contains("tracking_codes") : nullptr;
  if (codes == nullptr || !codes->is_array() || codes->as_array().empty() || codes->as_array().size() > 100)
    return refuse(422, "PARAMETER.INVALID", "tracking_codes: 1 to 100 codes are expected.");
  array trackers;
  for (const auto& code : codes->as_array()) {
    if (!code.is_string()) return refuse(422, "PARAMETER.INVALID", "tracking_codes: not a text.");
    const Found found = find(code.as_string());
    if (found.order == nullptr) {
      trackers.push_back(tracker_json(code.as_string(), nullptr, market_.now()));
      continue;
    }
    const ParcelStory told = story(*found.order);
    trackers.push_back(tracker_json(code.as_string(), &told, market_.now()));
  }
  return json_answer(object{{"trackers", std::move(trackers)}});
}

Status EasyPost::set_fate(std::string_view order, Fate fate) {
  for (const Account& account : market_.accounts())
    if (const Order* found = account.orders.find(order)) {
      fates_[found->number] = fate;
      return {};
    }
  return fail(ErrorCode::not_found, "unknown order");
}

void EasyPost::stop_hub(std::string city, Instant from, Instant until) {
  const auto& kept = *hub_names_.insert(std::move(city)).first;
  outages_.push_back({kept, from, until});
}

std::string EasyPost::parcels_json() const {
  array list;
  for (const Account& account : market_.accounts())
    for (const Order& order : account.orders.orders()) {
      if (order.label_at == Instant{}) continue;
      const ParcelStory told = story(order);
      object json{{"account", account.name},
                  {"order", order.id},
                  {"tracking", tracking_number(order)},
                  {"fate", word(told.fate)},
                  {"label_at", to_string(order.label_at)},
                  {"deliver_by", to_string(order.deliver_by())}};
      if (told.first_scan_at) json["first_scan_at"] = to_string(*told.first_scan_at);
      if (told.delivered_at) json["delivered_at"] = to_string(*told.delivered_at);
      array places;
      for (const Scan& scan : told.scans)
        if (scan.place != nullptr)
          places.push_back(object{{"at", to_string(scan.at)}, {"city", scan.place->city}});
      json["scans"] = std::move(places);
      list.push_back(std::move(json));
    }
  return boost::json::serialize(object{{"parcels", std::move(list)}, {"calls", calls_}});
}

std::string EasyPost::event_json(std::string_view tracking) const {
  const Found found = find(tracking);
  if (found.order == nullptr) return {};
  const ParcelStory told = story(*found.order);
  return boost::json::serialize(object{{"id", fmt::format("evt_{}", tracking)},
                                       {"object", "Event"},
                                       {"description", "tracker.updated"},
                                       {"mode", "production"},
                                       {"result", tracker_json(tracking, &told, market_.now())}});
}

}  // namespace forestall::sandbox
