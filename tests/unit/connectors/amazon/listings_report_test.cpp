// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/listings_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/support/amazon/bodies.hpp"
#include "tests/support/http/scripted_server.hpp"

namespace forestall::amazon {
namespace {

const Instant asked = parse_instant("2026-11-20T09:00:00Z").value();

struct Read {
  std::map<std::string, model::ListingState> states;
  std::map<std::string, Money> prices;
  std::vector<Error> set_aside;
  std::optional<Error> error;
};

Read read_all(ListingsReport& report, std::uint64_t rows, std::size_t bytes) {
  Read all;
  for (int turns = 0; turns < 100'000 && !report.at_end(); ++turns) {
    auto piece = report.read(rows, bytes);
    if (!piece) {
      all.error = piece.error();
      break;
    }
    EXPECT_LE(piece->observations.size(), rows * 2);
    for (const auto& one : piece->observations) {
      if (const auto* state = std::get_if<model::ListingState>(&one))
        all.states[state->listing.str()] = *state;
      if (const auto* price = std::get_if<model::PriceObserved>(&one))
        all.prices.emplace(price->listing.str(), price->price);
    }
    for (auto& error : piece->set_aside) all.set_aside.push_back(error);
  }
  return all;
}

ListingsReport report_of(std::string bytes, bool gzip = false, std::string charset = "") {
  return ListingsReport(std::move(bytes), gzip, std::move(charset), test::amazon_us(), asked);
}

TEST(ListingsReport, ReadsRowsInPiecesOfAnySize) {
  for (const bool gzip : {false, true}) {
    for (const std::uint64_t rows : {1, 2, 1000}) {
      auto report =
          report_of(gzip ? test::gzip(test::listings_report_text()) : test::listings_report_text(), gzip);
      const auto all = read_all(report, rows, rows == 2 ? 1 : 1 << 20);
      EXPECT_FALSE(all.error);
      EXPECT_TRUE(all.set_aside.empty());
      ASSERT_EQ(all.states.size(), 5u);
      EXPECT_EQ(report.rows(), 5u);
      const auto& kettle = all.states.at("A/B 50%");
      EXPECT_EQ(kettle.quantity, Units(7));
      EXPECT_EQ(kettle.activity, model::ListingActivity::active);
      EXPECT_EQ(kettle.from.version, model::Version::of(asked - report_lag));
      EXPECT_EQ(kettle.from.true_at, asked);
      EXPECT_EQ(all.prices.at("A/B 50%"), Money(1999, Currency::literal("USD")));
      EXPECT_EQ(all.states.at("TEA").activity, model::ListingActivity::active);  // sold out
      EXPECT_EQ(all.states.at("Größe-L").activity,
                model::ListingActivity::inactive);    // Windows-1252 in the file
      EXPECT_FALSE(all.states.at("FBA-1").quantity);  // unknown, not zero
      EXPECT_EQ(all.states.at("POT").activity, model::ListingActivity::inactive);
      EXPECT_FALSE(all.prices.contains("POT"));
    }
  }
}

TEST(ListingsReport, GoesOnAtARow) {
  for (std::uint64_t row = 0; row <= 5; ++row) {
    auto report = report_of(test::gzip(test::listings_report_text()), true);
    while (report.rows() < row) ASSERT_TRUE(report.skip_to(row, 1));
    EXPECT_EQ(read_all(report, 100, 1 << 20).states.size(), 5 - row);
  }
  auto report = report_of(test::listings_report_text());
  while (!report.at_end()) ASSERT_TRUE(report.skip_to(99, 1 << 20));
  EXPECT_EQ(report.rows(), 5u);
}

TEST(ListingsReport, BadRowsAreSetAsideWithTheirLine) {
  auto text = test::listings_report_text();
  text +=
      "\nMug\t\t6\tMUG\t1.00\t-4\t\tDEFAULT\tActive\nLid\t\t7\tLID\nJar\t\t8\t\t1.00\t4\t\tDEFAULT\tActive\n";
  auto report = report_of(text);
  const auto all = read_all(report, 100, 1 << 20);
  EXPECT_EQ(all.states.size(), 5u);
  ASSERT_EQ(all.set_aside.size(), 3u);
  EXPECT_THAT(all.set_aside[0].detail, testing::HasSubstr("line 8: quantity"));
  EXPECT_THAT(all.set_aside[1].detail, testing::HasSubstr("4 columns instead of 9"));
}

TEST(ListingsReport, ABrokenReportIsAnErrorAndNotAnEmptyCatalogue) {
  const auto packed = test::gzip(test::listings_report_text());
  for (const std::string& bytes : {std::string(), std::string("\n\n"), std::string("a\tb\n1\t2\n"),
                                   packed.substr(0, packed.size() / 2), std::string("<html>no</html>")}) {
    auto report = report_of(bytes, bytes.starts_with("\x1f"));
    EXPECT_TRUE(read_all(report, 100, 1 << 20).error) << bytes.size();
  }
}

TEST(ListingsReport, AnEncodingThatIsNotReadCostsOnlyWhatItHides) {
  auto report = report_of(test::listings_report_text(), false, "shift_jis");
  const auto all = read_all(report, 100, 1 << 20);
  EXPECT_EQ(all.states.size(), 4u);
  EXPECT_EQ(all.set_aside.size(), 1u);
}

}  // namespace
}  // namespace forestall::amazon
