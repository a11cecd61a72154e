// SPDX-License-Identifier: Apache-2.0
// A study for people (text, fits 110 columns; Markdown) and for programs (JSON with every cell, parameter and
// seed).
#pragma once

#include <string>

#include "daemon/backtest/study/study.hpp"

namespace forestall::backtest {

struct ReportContext {
  std::string file;        // as the user named it
  OrderHistory history{};  // its names and counts; lines are not read
};

std::string report_text(const StudyResult& result, const ReportContext& context);
// For a README: the table of all cells and what it comes to.
std::string report_markdown(const StudyResult& result, const ReportContext& context);
std::string report_json(const StudyResult& result, const ReportContext& context);

// What every number rests on and does not say.
std::string caveats(const OrderHistory& history);

}  // namespace forestall::backtest
