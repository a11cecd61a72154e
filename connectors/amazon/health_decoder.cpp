// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/health_decoder.hpp"

#include <array>
#include <optional>

#include "connectors/json/document.hpp"

namespace forestall::amazon {

namespace {

using model::HealthMetric;

// A metric under the names that it has been seen to have.
struct MetricNames {
  HealthMetric metric;
  std::array<std::string_view, 3> names;
  std::array<std::string_view, 2> count;
  std::array<std::string_view, 2> of;
};
constexpr std::array<MetricNames, 4> table{{
    {HealthMetric::cancellation_rate,
     {"preFulfillmentCancellationRate", "prefulfillmentCancelRate", "preFulfillmentCancelRate"},
     {"cancellationCount", "cancelCount"},
     {"orderCount", ""}},
    {HealthMetric::late_shipment_rate,
     {"lateShipmentRate", "", ""},
     {"lateShipmentCount", ""},
     {"orderCount", ""}},
    {HealthMetric::valid_tracking_rate,
     {"validTrackingRate", "", ""},
     {"validTrackingCount", ""},
     {"shipmentCount", ""}},
    // The United States count units, the others shipments.
    {HealthMetric::on_time_delivery_rate,
     {"unitOnTimeDeliveryRate", "onTimeDeliveryRate", ""},
     {"unitOnTimeDeliveryCount", "onTimeDeliveryCount"},
     {"totalUnitCount", "shipmentCountWithValidTracking"}},
}};
constexpr std::int64_t most = 1'000'000'000'000;

// Without seconds ("2020-10-21T00:00Z") it is no instant, but we want the day.
CivilDate day_of(const json::Node& time) {
  const auto text = time.text();
  const auto day = parse_civil_date(text.substr(0, 10));
  if (!day) time.reject("expected a date and time");
  return day.value_or(CivilDate{});
}

template <std::size_t n>
std::int64_t first_number(const json::Node& node, const std::array<std::string_view, n>& names) {
  for (const auto name : names)
    if (!name.empty() && node[name].present()) return node[name].integer(0, most);
  return node[names.front()].integer(0, most);  // says what is missing
}

std::optional<model::HealthReading> read_metric(const json::Node& node, HealthMetric metric,
                                                std::int64_t count, std::int64_t of,
                                                json::Document& document) {
  model::HealthReading reading;
  reading.metric = metric;
  reading.count = count;
  reading.of = of;
  reading.first_day = day_of(node["reportingDateRange"]["reportingDateFrom"]);
  reading.last_day = day_of(node["reportingDateRange"]["reportingDateTo"]);
  if (document.take_error()) return std::nullopt;
  reading.limit = node["targetValue"].maybe_number(0, 1);
  if (document.take_error()) reading.limit.reset();
  return reading;
}

void read_metrics(const json::Node& metrics, json::Document& document,
                  std::vector<model::HealthReading>& readings) {
  for (const auto& row : table) {
    for (const auto name : row.names) {
      if (name.empty() || !metrics[name].present()) continue;
      const json::Node node = metrics[name];
      auto read =
          read_metric(node, row.metric, first_number(node, row.count), first_number(node, row.of), document);
      if (!read) continue;
      readings.push_back(*read);
      break;
    }
  }
  // Of what the seller ships; what Amazon ships is Amazon's to answer for.
  const json::Node defects = metrics["orderDefectRate"]["mfn"];
  if (defects.present())
    if (auto read = read_metric(defects, HealthMetric::order_defect_rate,
                                defects["orderWithDefects"]["count"].integer(0, most),
                                defects["orderCount"].integer(0, most), document))
      readings.push_back(*read);
  (void)document.take_error();
}

}  // namespace

Result<model::AccountHealth> decode_health(std::string_view report, const Place& place,
                                           const Reading& reading) {
  auto document = json::Document::parse(report);
  if (!document) return std::unexpected(document.error());
  model::AccountHealth health;
  health.from = {place.source, model::Version::of(reading.asked), reading.answered};
  health.account = place.account;
  const json::Node root = document->root();
  bool found = false;
  for (const json::Node status : root["accountStatuses"].maybe_array()) {
    if (status["marketplaceId"].maybe_text() != std::string_view(place.marketplace)) continue;
    const auto word = status["status"].maybe_text().value_or("");
    health.may_sell = word != "DEACTIVATED" && word != "SUSPENDED";
    found = found || !word.empty();
  }
  if (auto bad = document->take_error()) return std::unexpected(std::move(*bad));
  for (const json::Node metrics : root["performanceMetrics"].maybe_array()) {
    if (metrics["marketplaceId"].maybe_text() != std::string_view(place.marketplace)) continue;
    if (document->take_error()) continue;
    read_metrics(metrics, *document, health.readings);
    found = true;
  }
  if (auto bad = document->take_error(); bad && health.readings.empty())
    return std::unexpected(std::move(*bad));
  if (!found) return fail(ErrorCode::parse, "the report says nothing about this marketplace");
  if (auto ok = model::check(health); !ok) return fail(ErrorCode::parse, ok.error().detail);
  return health;
}

}  // namespace forestall::amazon
