// SPDX-License-Identifier: Apache-2.0
// A shelf with known losses: units vanish per unit sold by a known law, records do not notice, picks fail,
// counts come now and then. The belief watches what a daemon could see.
#pragma once

#include <gtest/gtest.h>

#include <random>

#include "forecasting/stock_belief/stock_belief.hpp"

namespace forestall::forecasting::test {

struct ShelfTruth {
  double losses_per_unit_sold = 0.01;
  double cluster = 1;  // mean units of a loss (geometric)
};

class ShelfWorld {
 public:
  ShelfWorld(ShelfTruth truth, int units, std::uint64_t seed)
      : random_(seed), truth_(truth), shelf_(units), record_(units) {}

  StockBelief belief;
  int shelf() const { return shelf_; }
  int record() const { return record_; }

  // One order for one unit, picked at once. A failed pick is followed by a recount.
  void sell(const LossLaw& law, LossLearner& learner) {
    if (record_ <= 0) return;
    note_sold(belief, 1);
    if (shelf_ == 0) {
      ++failed_;
      learn(learner, note_pick_failed(belief, law, record_, 0));
      note_counted(belief, record_, 0, 0);
      record_ = 0;
      return;
    }
    --shelf_, --record_;
    note_picked(belief, law, record_);
    if (unit_(random_) < truth_.losses_per_unit_sold / truth_.cluster) {
      int lost = 1;
      while (unit_(random_) > 1 / truth_.cluster) ++lost;
      shelf_ -= std::min(lost, shelf_);
    }
    if (record_ == 0 && shelf_ == 0) learn(learner, note_sold_out(belief));
  }

  void receive(const LossLaw& law, int units) {
    note_receipt(belief, law, record_);
    shelf_ += units, record_ += units;
  }

  void count(LossLearner& learner) {
    learn(learner, note_counted(belief, record_, shelf_, 0));
    record_ = shelf_;
  }

  int failed() const { return failed_; }

 private:
  static void learn(LossLearner& learner, const RecordInterval& interval) {
    EXPECT_TRUE(learner.observe(interval));
  }

  std::mt19937_64 random_;
  std::uniform_real_distribution<double> unit_{0, 1};
  ShelfTruth truth_;
  int shelf_;
  int record_;
  int failed_ = 0;
};

}  // namespace forestall::forecasting::test
