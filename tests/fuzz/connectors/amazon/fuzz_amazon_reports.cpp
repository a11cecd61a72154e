// SPDX-License-Identifier: Apache-2.0
// Any bytes as answers about reports, participations and errors.
#include "connectors/amazon/api_error.hpp"
#include "connectors/amazon/participation_decoder.hpp"
#include "connectors/amazon/report_decoder.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzzed_place.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall;
  using namespace forestall::amazon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto id = decode_created_report(text)) must(!id->empty());
  if (const auto status = decode_report_status(text))
    must((status->stage == ReportStage::done) == !status->document.empty());
  (void)decode_report_document(text);
  (void)decode_participation(text, "ATVPDKIKX0DER");
  must(explain({.status = 400, .headers = {}, .body = std::string(text)}).size() <= 200);
  return 0;
}
