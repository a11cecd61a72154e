// SPDX-License-Identifier: Apache-2.0
// Reports 2021-06-30: answers of createReport, getReport and getReportDocument. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/base/error.hpp"

namespace forestall::amazon {

inline constexpr std::string_view all_listings_report = "GET_MERCHANT_LISTINGS_ALL_DATA";
inline constexpr std::string_view performance_report = "GET_V2_SELLER_PERFORMANCE_REPORT";

enum class ReportStage : std::uint8_t {
  waiting,  // IN_QUEUE, IN_PROGRESS, and whatever else Amazon may call it
  done,
  nothing,  // CANCELLED: no data, or asked for too often
  failed,   // FATAL
};
struct ReportStatus {
  ReportStage stage = ReportStage::waiting;
  std::string document{};  // of a report that is done
};
struct ReportDocument {
  std::string link{};  // permission by itself, for five minutes: never logged
  bool gzip = false;
};

// All: parse where it cannot be read.
Result<std::string> decode_created_report(std::string_view body);  // the report's id
Result<ReportStatus> decode_report_status(std::string_view body);
Result<ReportDocument> decode_report_document(std::string_view body);  // unsupported: another compression

}  // namespace forestall::amazon
