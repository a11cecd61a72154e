// SPDX-License-Identifier: Apache-2.0
// Reports 2021-06-30: asked for, queued, done a minute later, downloaded by a link that lives five minutes.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <stdexcept>

#include "tests/sandbox/amazon/answers.hpp"
#include "tests/sandbox/amazon/api.hpp"
#include "tests/sandbox/amazon/listing_json.hpp"

namespace forestall::sandbox {

namespace {

using boost::json::array;
using boost::json::object;
using namespace std::chrono_literals;

constexpr std::string_view all_listings = "GET_MERCHANT_LISTINGS_ALL_DATA";
constexpr std::string_view performance = "GET_V2_SELLER_PERFORMANCE_REPORT";

std::string gzip(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib");
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib only reads it
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib");
  return out;
}

std::string listings_report(const Market& market, const Account& account) {
  std::string text =
      "item-name\titem-description\tlisting-id\tseller-sku\tprice\tquantity\topen-date\timage-url\t"
      "item-is-marketplace\tproduct-id-type\titem-note\titem-condition\tasin1\tproduct-id\tadd-delete\t"
      "pending-quantity\tfulfillment-channel\tstatus\n";
  for (std::size_t i = 0; i < account.listings.all().size(); ++i) {
    const Listing& listing = account.listings.at(i);
    const auto quantity = default_quantity(market, listing);
    text +=
        fmt::format("Item {0}\t\tL{0}\t{1}\t{2}\t{3}\t{4}\t\ty\t1\t\t11\t{0}\t{0}\t\t0\t{5}\t{6}\n",
                    listing.asin, listing.sku, decimal(listing.price_minor),
                    quantity ? fmt::format("{}", *quantity) : "", to_string(listing.created),
                    listing.fba_quantity ? "AMAZON_NA" : "DEFAULT", listing.active ? "Active" : "Inactive");
  }
  return text;
}

// The last seven days as the seller's own orders tell them.
std::string performance_report(const Market& market, const Account& account) {
  const Instant now = market.now(), from = now - 168h;
  std::int64_t orders = 0, cancelled = 0;
  for (const std::uint32_t at : account.orders.created_between(from, now)) {
    ++orders;
    const Order& order = account.orders.orders()[at];
    cancelled +=
        std::ranges::any_of(order.items, [](const OrderItem& i) { return i.by == CancelledBy::merchant; });
  }
  const double rate = orders > 0 ? static_cast<double>(cancelled) / static_cast<double>(orders) : 0;
  const object range{{"reportingDateFrom", to_string(from)}, {"reportingDateTo", to_string(now)}};
  const auto metric = [&](object counts, double value, double target, std::string_view condition, bool good) {
    counts["reportingDateRange"] = range;
    counts["rate"] = value;
    counts["targetValue"] = target;
    counts["targetCondition"] = condition;
    counts["status"] = good ? "GOOD" : "BAD";
    return counts;
  };
  const object metrics{
      {"marketplaceId", account.marketplace},
      {"preFulfillmentCancellationRate", metric({{"orderCount", orders}, {"cancellationCount", cancelled}},
                                                rate, 0.025, "LESS_THAN", rate < 0.025)},
      {"lateShipmentRate",
       metric({{"orderCount", orders}, {"lateShipmentCount", 0}}, 0, 0.04, "LESS_THAN", true)},
      {"validTrackingRate",
       metric({{"shipmentCount", orders}, {"validTrackingCount", orders}}, 1, 0.95, "GREATER_THAN", true)},
      {"warningStates", array{}}};
  const object report{{"accountStatuses", array{object{{"marketplaceId", account.marketplace},
                                                       {"status", rate < 0.025 ? "NORMAL" : "AT_RISK"}}}},
                      {"performanceMetrics", array{metrics}}};
  return boost::json::serialize(report);
}

object report_json(const Report& report, const Account& account, Instant now) {
  object json{{"reportId", report.id},
              {"reportType", report.type},
              {"marketplaceIds", array{account.marketplace}},
              {"createdTime", to_string(report.created)}};
  const bool done = now >= report.done, started = now >= report.created + 10s;
  json["processingStatus"] = done ? "DONE" : started ? "IN_PROGRESS" : "IN_QUEUE";
  if (started) json["processingStartTime"] = to_string(report.created + 10s);
  if (done) {
    json["processingEndTime"] = to_string(report.done);
    json["reportDocumentId"] = "document-" + report.id;
  }
  return json;
}

}  // namespace

std::string Amazon::report_content(const Account& account, std::string_view type) const {
  return type == all_listings ? listings_report(market_, account) : performance_report(market_, account);
}

Answer Amazon::create_report(const Call& call) {
  boost::system::error_code broken;
  const auto body = boost::json::parse(call.request.body, broken);
  if (broken || !body.is_object()) return error_answer(400, "InvalidInput", "The body is no JSON object.");
  const auto* type = body.as_object().if_contains("reportType");
  const auto* markets = body.as_object().if_contains("marketplaceIds");
  if (type == nullptr || !type->is_string() || markets == nullptr || !markets->is_array() ||
      markets->as_array().empty())
    return error_answer(400, "InvalidInput", "reportType and marketplaceIds are required.");
  if (type->as_string() != all_listings && type->as_string() != performance)
    return error_answer(400, "InvalidInput", "The reportType is not supported by the sandbox.");
  if (markets->as_array()[0] != boost::json::value(call.account.marketplace))
    return error_answer(403, "Unauthorized", "Access to requested resource is denied.");
  Report report{.account = call.index,
                .id = fmt::format("{}", 50'000'000'001 + reports_.size()),
                .type = std::string(type->as_string()),
                .created = market_.now(),
                .done = market_.now() + 1min};
  report.content = report_content(call.account, report.type);
  reports_.push_back(std::move(report));
  return json_answer(object{{"reportId", reports_.back().id}}, 202);
}

Answer Amazon::get_report(const Call& call) {
  for (const Report& report : reports_)
    if (report.account == call.index && report.id == call.request.path.back())
      return json_answer(report_json(report, call.account, market_.now()));
  return error_answer(404, "NotFound", "The report does not exist.");
}

Answer Amazon::get_reports(const Call& call) {
  const auto types = call.request.list("reportTypes");
  if (types.empty()) return error_answer(400, "InvalidInput", "reportTypes or nextToken is required.");
  array reports;
  for (const Report& report : reports_)
    if (report.account == call.index && std::ranges::find(types, report.type) != types.end())
      reports.push_back(report_json(report, call.account, market_.now()));
  return json_answer(object{{"reports", reports}});
}

Answer Amazon::report_document(const Call& call) {
  for (const Report& report : reports_) {
    const std::string document = "document-" + report.id;
    if (report.account != call.index || document != call.request.path.back() || market_.now() < report.done)
      continue;
    documents_[document] = market_.now() + 5min;
    object json{{"reportDocumentId", document}, {"url", base_url_ + "/report-documents/" + document}};
    if (report.type == all_listings) json["compressionAlgorithm"] = "GZIP";
    return json_answer(json);
  }
  return error_answer(404, "NotFound", "The document does not exist.");
}

// A plain download: the link is the permission, and it expires.
Answer Amazon::download(const Request& request) {
  const auto link = documents_.find(request.path.back());
  if (link == documents_.end() || link->second <= market_.now())
    return {
        .status = 403, .body = "<Error><Code>AccessDenied</Code></Error>", .content_type = "application/xml"};
  for (const Report& report : reports_)
    if ("document-" + report.id == request.path.back())
      return report.type == all_listings
                 ? Answer{.body = gzip(report.content), .content_type = "text/tab-separated-values"}
                 : Answer{.body = report.content};
  return {.status = 404};
}

}  // namespace forestall::sandbox
