// SPDX-License-Identifier: Apache-2.0
#include "forecasting/stock_belief/stock_belief.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/unit/forecasting/stock_belief/shelf_world.hpp"

namespace forestall::forecasting {
namespace {

using test::ShelfTruth;
using test::ShelfWorld;

ShelfPmf shelf_of(const StockBelief& belief, const LossLaw& law, int record) {
  ShelfPmf out;
  read_shelf(belief, law, record, out);
  return out;
}

double sum(const ShelfPmf& shelf) { return shelf.at_least(0); }

TEST(StockBelief, StartsCertainAndCostsNothing) {
  const StockBelief belief;
  const auto shelf = shelf_of(belief, {}, 7);
  EXPECT_DOUBLE_EQ(shelf.at_least(7), 1);
  EXPECT_DOUBLE_EQ(shelf.at_least(8), 0);
  EXPECT_EQ(usable_units(belief, {}, 7, 2, 1, 20), 5);
  EXPECT_EQ(usable_units(belief, {}, 1, 4, 1, 20), 0);
}

TEST(StockBelief, WidensWithUnitsSoldByTheLaw) {
  const LossLaw law{0.02, 2, 0.5, 0};
  StockBelief belief;
  note_sold(belief, 100);
  const auto shelf = shelf_of(belief, law, 50);
  EXPECT_NEAR(sum(shelf), 1, 1e-12);
  EXPECT_NEAR(shelf.mean_units(), 50 - 2, 1e-4);
  for (int lost = 0; lost < 10; ++lost)
    EXPECT_NEAR(shelf.at_least(50 - lost), probability_at_most(law.losses(100), lost), 1e-6) << lost;
}

TEST(StockBelief, NeverBelowAnEmptyShelf) {
  const LossLaw law{0.05, 2, 0.5, 0};
  StockBelief belief;
  note_sold(belief, 100);
  const auto shelf = shelf_of(belief, law, 2);
  EXPECT_NEAR(sum(shelf), 1, 1e-12);
  EXPECT_EQ(shelf.lowest_units, 0);
  EXPECT_NEAR(1 - shelf.at_least(1), probability_above(law.losses(100), 1), 1e-6);
}

TEST(StockBelief, UsableUnitsAreTheMarginalRule) {
  const LossLaw law{0.02, 1.5, 0.5, 0};
  StockBelief belief;
  note_sold(belief, 60);
  const auto shelf = shelf_of(belief, law, 10);
  int before = 10;
  for (const double k : {0.1, 1.0, 5.0, 20.0, 200.0}) {
    const int usable = usable_units(shelf, 0, 1, k);
    int expected = 0;  // by the definition, over every n
    for (int n = 1; n <= 12; ++n)
      if (shelf.at_least(n) - k * (1 - shelf.at_least(n)) > 0) expected = n;
    EXPECT_EQ(usable, expected) << k;
    EXPECT_LE(usable, before);
    EXPECT_EQ(usable_units(shelf, 3, 1, k), std::max(0, usable - 3));
    before = usable;
  }
}

// What is answered without a pmf is what the pmf would have said.
TEST(StockBelief, TheShortWayToUsableUnitsIsExact) {
  for (const LossLaw& law :
       {LossLaw{0.0002, 1, 0, 0}, LossLaw{0.01, 2, 0.5, 0.001}, LossLaw{0.05, 4, 1, 0.02}})
    for (const double cost : {0.5, 1.0, 5.0, 20.0, 200.0})
      for (const double sold : {0.5, 1.0, 3.0, 10.0, 40.0, 300.0})
        for (const int record : {0, 1, 2, 7, 60})
          for (const int promised : {0, 1, 9}) {
            StockBelief belief;
            note_sold(belief, sold);
            EXPECT_EQ(usable_units(belief, law, record, promised, 1, cost),
                      usable_units(shelf_of(belief, law, record), promised, 1, cost))
                << law.losses_per_unit_sold << " cost " << cost << " sold " << sold << " record " << record;
          }
}

TEST(StockBelief, ServedPicksRuleOutLosses) {
  const LossLaw law{0.05, 1.5, 1, 0};
  StockBelief belief;
  note_sold(belief, 80);
  const double before = shelf_of(belief, law, 4).at_least(1);
  for (int record = 3; record >= 1; --record) {
    note_sold(belief, 1);
    note_picked(belief, law, record);
  }
  // Three were there: at most one is missing.
  const auto after = shelf_of(belief, law, 1);
  EXPECT_LT(before, 0.75);
  EXPECT_GT(after.mean_units(), 0.4);
  EXPECT_GT(after.at_least(1), shelf_of(StockBelief(belief), law, 1).at_least(2));
  EXPECT_GE(belief.lowest_error, -1);
}

TEST(StockBelief, AFailedPickSaysWhatIsThere) {
  const LossLaw law{};
  StockBelief belief;
  note_sold(belief, 40);
  const auto interval = note_pick_failed(belief, law, 3, 0);
  EXPECT_DOUBLE_EQ(interval.units_sold, 40);
  EXPECT_DOUBLE_EQ(interval.lost_units, 3);
  const auto shelf = shelf_of(belief, law, 3);
  EXPECT_GT(1 - shelf.at_least(1), 0.94);
  EXPECT_EQ(usable_units(shelf, 0, 1, 1), 0);
}

TEST(StockBelief, ASellersCancelLowersWhatIsBelieved) {
  const LossLaw law{};
  StockBelief belief;
  note_sold(belief, 100);
  const double before = shelf_of(belief, law, 2).at_least(2);
  note_seller_cancelled(belief, law, 2, 1);
  const double after = shelf_of(belief, law, 2).at_least(2);
  EXPECT_LT(after, before);
  EXPECT_GT(after, 0);
}

TEST(StockBelief, CorrectionsMoveTheErrorNotTheShelf) {
  const LossLaw law{0.02, 1.5, 0.5, 0};
  StockBelief belief;
  note_sold(belief, 60);
  const auto before = shelf_of(belief, law, 20);
  note_corrected(belief, -2);
  const auto after = shelf_of(belief, law, 18);
  EXPECT_NEAR(before.mean_units(), after.mean_units(), 1e-12);
  note_counted(belief, 18, 17, 0);
  EXPECT_DOUBLE_EQ(shelf_of(belief, law, 17).at_least(17), 1);
}

TEST(StockBelief, ManyEventsWithHugeNumbersStayNormalised) {
  std::mt19937_64 random(3);
  for (int trial = 0; trial < 300; ++trial) {
    StockBelief belief;
    const LossLaw law{std::pow(10.0, -4 + 4 * static_cast<double>(random() % 1000) / 1000), 3, 1, 0.01};
    int record = static_cast<int>(random() % 2000);
    for (int step = 0; step < 60; ++step) {
      switch (random() % 8) {
        case 0:
          note_sold(belief, static_cast<double>(random() % 500));
          break;
        case 1:
          note_picked(belief, law, record);
          break;
        case 2:
          note_pick_failed(belief, law, record, static_cast<int>(random() % 5));
          break;
        case 3:
          note_seller_cancelled(belief, law, record, 1 + static_cast<int>(random() % 3));
          break;
        case 4:
          note_receipt(belief, law, record), record += 10;
          break;
        case 5:
          note_corrected(belief, static_cast<int>(random() % 7) - 3);
          break;
        case 6:
          note_sold(belief, random() % 2 ? NAN : 1e30);
          break;
        default:
          record = static_cast<int>(random() % (random() % 5 == 0 ? 2'000'000'000 : 200));
          break;
      }
      const auto shelf = shelf_of(belief, law, record);
      ASSERT_NEAR(sum(shelf), 1, 1e-9) << trial << ' ' << step;
      ASSERT_GE(shelf.lowest_units, 0);
      ASSERT_LE(shelf.count, ShelfPmf::cells);
      ASSERT_GE(usable_units(shelf, 0, 1, 10), 0);
    }
  }
}

TEST(StockBelief, IsStoredAndReadBack) {
  const LossLaw law{0.02, 1.5, 0.5, 0};
  StockBelief belief;
  note_sold(belief, 60);
  note_seller_cancelled(belief, law, 5, 1);
  note_sold(belief, 3);
  std::array<std::uint8_t, stock_belief_bytes> bytes;
  encode(belief, bytes);
  const auto back = decode_stock_belief(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->mass, belief.mass);
  EXPECT_EQ(back->lowest_error, belief.lowest_error);
  EXPECT_EQ(back->units_since_spread, belief.units_since_spread);
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    auto torn = bytes;
    torn[i] ^= 0x10;
    EXPECT_EQ(decode_stock_belief(torn).error(), ForecastError::damaged) << i;
  }
  auto newer = bytes;
  newer[0] = 2;
  EXPECT_EQ(decode_stock_belief(newer).error(), ForecastError::unsupported);
  EXPECT_EQ(decode_stock_belief(std::span(bytes).first(20)).error(), ForecastError::out_of_range);
  EXPECT_EQ(decode_stock_belief({}).error(), ForecastError::out_of_range);
}

// Against a shelf whose losses are known in law: what is believed at random moments must be what is true.
struct Watched {
  double rate = 0;         // learned losses per unit sold
  double bias = 0;         // mean of believed - true units
  double ks = 0;           // of the randomised PIT against uniform
  double short_share = 0;  // how often fewer than the usable units (k = 20) were there
  double units_sold = 0;
  int seen = 0;
};

Watched watch(ShelfTruth truth, bool learn, std::uint64_t seed) {
  LossLearner learner({0.004, 1.5, 0.2, 0}, 200);
  LossLaw law{truth.losses_per_unit_sold, 2 * truth.cluster - 1, 0, 0};
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  std::vector<double> pit;
  Watched out;
  int missing = 0;
  for (int sku = 0; sku < 1200; ++sku) {
    ShelfWorld world(truth, 20 + static_cast<int>(random() % 60), random());
    const double per_day = std::pow(10, -0.5 + 1.2 * unit(random));
    for (int day = 1; day <= 150; ++day) {
      if (learn) law = learner.law();
      std::poisson_distribution<int> sales(per_day);
      for (int n = sales(random); n > 0; --n) world.sell(law, learner);
      if (world.record() < 4 * per_day) world.receive(law, 1 + static_cast<int>(10 * per_day));
      if ((day + sku) % 30 == 0) world.count(learner);
      if (random() % 11 != 0 || (learn && sku < 300)) continue;
      const auto shelf = shelf_of(world.belief, law, world.record());
      const double above = shelf.at_least(world.shelf() + 1);
      const double here = shelf.at_least(world.shelf()) - above;
      pit.push_back(1 - above - unit(random) * here);
      out.bias += shelf.mean_units() - world.shelf();
      missing += world.shelf() < usable_units(shelf, 0, 1, 20);
    }
  }
  std::sort(pit.begin(), pit.end());
  const auto n = static_cast<double>(pit.size());
  for (std::size_t i = 0; i < pit.size(); ++i)
    out.ks = std::max(out.ks, std::abs(pit[i] - (static_cast<double>(i) + 0.5) / n));
  out.seen = static_cast<int>(n);
  out.bias /= n;
  out.short_share = missing / n;
  out.units_sold = learner.units_sold();
  out.rate = learner.law().losses_per_unit_sold;
  return out;
}

TEST(StockBelief, IsCalibratedAgainstAKnownLaw) {
  for (const double rate : {0.005, 0.01, 0.037}) {
    for (const double cluster : {1.0, 2.0}) {
      const auto seen = watch({rate, cluster}, false, 11);
      SCOPED_TRACE(testing::Message() << rate << " x " << cluster << ": bias " << seen.bias << " ks "
                                      << seen.ks << " short " << seen.short_share << " of " << seen.seen);
      EXPECT_GT(seen.seen, 10000);
      EXPECT_LT(std::abs(seen.bias), 0.03);
      // Losses in geometric clusters are not exactly negative binomial.
      EXPECT_LT(seen.ks, cluster == 1 ? 0.02 : 0.03);
      EXPECT_LT(seen.short_share, 1.0 / 21);
    }
  }
}

TEST(StockBelief, LearnsTheLawWithoutBias) {
  for (const double rate : {0.003, 0.01, 0.037}) {
    const auto seen = watch({rate, 1.5}, true, 12);
    SCOPED_TRACE(testing::Message() << rate << " learned " << seen.rate << " bias " << seen.bias << " ks "
                                    << seen.ks);
    // Clusters of 1.5 on average: variance / mean 2. Three and a half standard errors.
    EXPECT_NEAR(seen.rate, rate, 3.5 * std::sqrt(2 * rate / seen.units_sold));
    EXPECT_GT(seen.units_sold, 250'000);
    EXPECT_LT(std::abs(seen.bias), 0.06);
    EXPECT_LT(seen.ks, 0.03);
  }
}

TEST(LossLearner, FindsDispersionAndVariationOfAKnownLaw) {
  std::mt19937_64 random(5);
  const LossLaw truth{0.02, 3, 0.5, 0};
  LossLearner learner;
  for (int i = 0; i < 60000; ++i) {
    const double sold = 5 + static_cast<double>(random() % 400);
    // Gamma rate between intervals, negative binomial within: the law's own reading.
    std::gamma_distribution<double> level(1 / truth.rate_variation, truth.rate_variation);
    const double mean = truth.losses_per_unit_sold * sold * level(random);
    std::gamma_distribution<double> cluster(mean / (truth.dispersion - 1), truth.dispersion - 1);
    std::poisson_distribution<int> losses(cluster(random));
    ASSERT_TRUE(learner.observe({sold, static_cast<double>(losses(random))}));
  }
  const auto law = learner.law();
  EXPECT_NEAR(law.losses_per_unit_sold, 0.02, 0.0005);
  EXPECT_NEAR(law.dispersion, 3, 0.3);
  EXPECT_NEAR(law.rate_variation, 0.5, 0.06);
}

TEST(LossLearner, RefusesTheAbsurdAndFades) {
  LossLearner learner;
  EXPECT_EQ(learner.observe({NAN, 1}).error(), ForecastError::not_finite);
  EXPECT_EQ(learner.observe({-1, 1}).error(), ForecastError::negative);
  EXPECT_EQ(learner.observe({1, 1e12}).error(), ForecastError::too_large);
  EXPECT_EQ(learner.units_sold(), 0);
  EXPECT_EQ(learner.law().losses_per_unit_sold, LossLaw{}.losses_per_unit_sold);
  ASSERT_TRUE(learner.observe({1000, 50}));
  const double known = learner.law().losses_per_unit_sold;
  learner.fade(0.1);
  EXPECT_LT(learner.law().losses_per_unit_sold, known);
}

}  // namespace
}  // namespace forestall::forecasting
