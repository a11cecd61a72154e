// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace forestall::sandbox {

namespace {

// 1234567 -> "1,234,567"
std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number < 0 ? -number : number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return number < 0 ? "-" + text : text;
}

std::string minute(Instant time) {
  auto text = to_string(time).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string share(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{:.2f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace

std::string live_line(Instant now, const ReportRow& here, const ReportRow& beside) {
  return fmt::format("{}  orders {}  oversold {} ({}: {})  refused {} ({})  writes {}", minute(now),
                     grouped(here.truth.orders.accepted), grouped(here.truth.orders.oversold), beside.name,
                     grouped(beside.truth.orders.oversold), grouped(here.truth.orders.refused),
                     grouped(beside.truth.orders.refused), grouped(here.truth.writes));
}

std::string result_table(Instant from, Instant until, const std::vector<ReportRow>& rows) {
  std::string text =
      fmt::format("\nThe truth of the sandbox, {} to {}: the same shoppers with the same luck\n\n",
                  minute(from), minute(until));
  text += fmt::format("  {:<26}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>8}\n", "", "orders", "of them", "share",
                      "units", "units", "units", "writes");
  text += fmt::format("  {:<26}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "", "taken", "oversold", "", "sent",
                      "refused", "open");
  for (const auto& row : rows)
    text += fmt::format("  {:<26}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>8}\n", row.name,
                        grouped(row.truth.orders.accepted), grouped(row.truth.orders.oversold),
                        share(row.truth.orders.oversold, row.truth.orders.accepted),
                        grouped(row.truth.units.filled), grouped(row.truth.units.refused),
                        grouped(row.truth.units.open), grouped(row.truth.writes));
  if (rows.size() < 2) return text;
  const auto& here = rows[0].truth;
  const auto& beside = rows[1].truth;
  const auto prevented = beside.orders.oversold - here.orders.oversold;
  const auto fewer = beside.units.filled - here.units.filled;
  text += fmt::format(
      "\n  {} orders that {} would have had to cancel were not oversold; {} units {} were sent.\n",
      grouped(std::max<std::int64_t>(prevented, 0)), rows[1].name, grouped(fewer < 0 ? -fewer : fewer),
      fewer > 0 ? "fewer" : "more");
  return text;
}

}  // namespace forestall::sandbox
