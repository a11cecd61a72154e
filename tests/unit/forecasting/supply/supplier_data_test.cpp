// SPDX-License-Identifier: Apache-2.0
// Lead times of real suppliers (SCMS/USAID health deliveries 2006-2015, public domain): learned in time
// order, judged on what came later.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "forecasting/supply/lead_time.hpp"

namespace forestall::forecasting {
namespace {

using Day = std::chrono::sys_days;

struct Line {
  std::string vendor;
  Day ordered, scheduled, delivered;
};

std::vector<std::string> split_csv(const std::string& row) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : row) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      out.emplace_back();
    } else if (c != '\r' && c != '\n') {
      out.back() += c;
    }
  }
  return out;
}

bool day_from_slashes(const std::string& text, Day& out) {  // 8/27/14
  unsigned m = 0, d = 0, y = 0;
  if (std::sscanf(text.c_str(), "%u/%u/%u", &m, &d, &y) != 3) return false;
  out = std::chrono::year(2000 + static_cast<int>(y)) / std::chrono::month(m) / std::chrono::day(d);
  return true;
}

bool day_from_dashes(const std::string& text, Day& out) {  // 29-Aug-14
  unsigned d = 0, y = 0;
  char month[4] = {};
  if (std::sscanf(text.c_str(), "%u-%3s-%u", &d, month, &y) != 3) return false;
  const auto at = std::string("JanFebMarAprMayJunJulAugSepOctNovDec").find(month);
  if (at == std::string::npos) return false;
  out = std::chrono::year(2000 + static_cast<int>(y)) /
        std::chrono::month(static_cast<unsigned>(at / 3 + 1)) / std::chrono::day(d);
  return true;
}

// One line an order: the first of each purchase order with all three dates, the delivery after the order.
std::vector<Line> read_orders(const std::string& path) {
  std::vector<Line> out;
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file) return out;
  std::set<std::string> seen;
  char buffer[16384];
  while (gzgets(file, buffer, sizeof buffer)) {
    const auto cell = split_csv(buffer);
    Line line;
    if (cell.size() < 18 || !day_from_slashes(cell[11], line.ordered) ||
        !day_from_dashes(cell[12], line.scheduled) || !day_from_dashes(cell[13], line.delivered))
      continue;
    line.vendor = cell[17];
    if (line.delivered <= line.ordered || line.scheduled <= line.ordered) continue;
    if (seen.insert(cell[3]).second) out.push_back(line);
  }
  gzclose(file);
  return out;
}

double days(Day from, Day to) { return static_cast<double>((to - from).count()); }

TEST(SupplierData, LaterDeliveriesAreCalibrated) {
  const std::string path =
      std::string(FORESTALL_SOURCE_DIR) + "/../shared/data/scms/scms_delivery_history.csv.gz";
  const auto lines = read_orders(path);
  if (lines.empty()) GTEST_SKIP() << "needs " << path;
  ASSERT_GT(lines.size(), 1500u);
  auto by_order = lines, by_delivery = lines;
  std::sort(by_order.begin(), by_order.end(),
            [](const Line& a, const Line& b) { return a.ordered < b.ordered; });
  std::sort(by_delivery.begin(), by_delivery.end(),
            [](const Line& a, const Line& b) { return a.delivered < b.delivered; });

  std::map<std::string, SupplierRecord> records;
  SupplierPool pool;
  const SupplierPool prior;
  std::size_t known = 0;
  std::vector<double> pit, aged_pit;
  double score = 0, pooled_score = 0, on_day_said = 0, on_day_seen = 0, covered = 0;
  for (const auto& order : by_order) {
    const auto before = known;
    for (; known < by_delivery.size() && by_delivery[known].delivered < order.ordered; ++known) {
      const auto& d = by_delivery[known];
      ASSERT_TRUE(records[d.vendor].observe({days(d.ordered, d.delivered), days(d.ordered, d.scheduled)}));
    }
    if (known / 100 != before / 100) {
      std::vector<SupplierRecord> all;
      all.reserve(records.size());
      for (const auto& [name, record] : records) all.push_back(record);
      pool = SupplierPool::fit(all, prior);
    }
    if (order.ordered < Day{std::chrono::year(2010) / 1 / 1}) continue;
    const double took = days(order.ordered, order.delivered);
    const auto law = LeadTime::of(records[order.vendor], pool);
    const double came = 1 - law.never_share;
    pit.push_back(law.by(took) / came);
    // Waited for 30 days already.
    if (took > 30) aged_pit.push_back(law.by_given_age(30, took - 30) / (1 - law.never_given_age(30)));
    const auto density = [&](const LeadTime& l) {
      return (l.by(took + .5) - l.by(took - .5)) / (1 - l.never_share);
    };
    score += std::log(density(law));
    pooled_score += std::log(density(LeadTime::of({}, pool)));
    covered += pit.back() > .1 && pit.back() < .9;
    const auto promised = LeadTime::of(records[order.vendor], pool, days(order.ordered, order.scheduled));
    on_day_said += promised.on_day_share;
    on_day_seen += order.delivered == order.scheduled;
  }
  const auto n = static_cast<double>(pit.size());
  const auto ks = [](std::vector<double> values) {
    std::sort(values.begin(), values.end());
    double worst = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
      worst = std::max(
          worst, std::abs(values[i] - (static_cast<double>(i) + .5) / static_cast<double>(values.size())));
    return worst;
  };
  const std::string found =
      (testing::Message() << n << " orders: KS " << ks(pit) << ", given 30 days " << ks(aged_pit)
                          << ", 80 % interval holds " << covered / n << ", log score " << score / n
                          << " (pool alone " << pooled_score / n << "), on the day said " << on_day_said / n
                          << " seen " << on_day_seen / n)
          .GetString();
  SCOPED_TRACE(found);
  RecordProperty("found", found);
  EXPECT_GT(n, 1000);
  EXPECT_LT(ks(pit), 0.15);
  EXPECT_LT(ks(aged_pit), 0.15);
  EXPECT_NEAR(covered / n, 0.8, 0.08);
  EXPECT_GT(score / n, pooled_score / n);
  EXPECT_NEAR(on_day_said / n, on_day_seen / n, 0.03);
}

}  // namespace
}  // namespace forestall::forecasting
