// SPDX-License-Identifier: Apache-2.0
// Case by case: whose is what a listing shows. And every combination of small numbers against the rule in
// words.
#include "daemon/guard/ownership.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace forestall::guard {
namespace {

using model::ListingActivity;
using model::Proof;

const Instant noon{Millis(1'700'000'000'000)};
constexpr Millis minute = std::chrono::minutes(1);

class Case {
 public:
  Case& was(std::optional<std::int64_t> units, ListingActivity activity = ListingActivity::active) {
    facts_.last = Seen{units ? std::optional(Units(*units)) : std::nullopt, activity, noon};
    return *this;
  }
  Case& is(std::optional<std::int64_t> units, ListingActivity activity = ListingActivity::active) {
    facts_.now = {units ? std::optional(Units(*units)) : std::nullopt, activity, noon + 10 * minute};
    return *this;
  }
  Case& sold(std::int64_t units) {
    facts_.sold = Units(units);
    return *this;
  }
  Case& cancelled(std::int64_t units, Proof restores = Proof::yes) {
    facts_.cancelled = Units(units);
    facts_.restores_on_cancel = restores;
    return *this;
  }
  Case& open(std::int64_t units) {
    facts_.open = Units(units);
    return *this;
  }
  Case& restores(Proof proof) {
    facts_.restores_on_cancel = proof;
    return *this;
  }
  Case& all_orders_seen() {
    facts_.watermark = noon + 11 * minute;
    return *this;
  }
  Case& wrote(std::uint64_t epoch, std::int64_t target, std::int64_t sold = 0,
              Instant at = noon + 5 * minute) {
    writes_.push_back({epoch, Units(target), at, Units(sold)});
    return *this;
  }
  Judgement judged() {
    facts_.writes = writes_;
    return judge(facts_);
  }

 private:
  OwnershipFacts facts_;
  std::vector<OurWrite> writes_;
};

TEST(Ownership, NothingChanged) {
  EXPECT_EQ(Case().was(5).is(5).judged().owner, Owner::unchanged);
  EXPECT_EQ(Case().was(0).is(0, ListingActivity::inactive).judged().owner, Owner::unchanged)
      << "at zero many channels call a listing inactive";
  EXPECT_EQ(Case().was(5).is(5).sold(2).judged().owner, Owner::unchanged)
      << "the channel has not counted the sales yet";
}

TEST(Ownership, AFallThatSeenSalesExplain) {
  EXPECT_EQ(Case().was(5).is(3).sold(2).judged().owner, Owner::sales);
  EXPECT_EQ(Case().was(5).is(4).sold(2).judged().owner, Owner::sales);
  EXPECT_EQ(Case().was(2).is(0).sold(2).judged().owner, Owner::sales);
  EXPECT_EQ(Case().was(2).is(0, ListingActivity::inactive).sold(2).judged().owner, Owner::sales);
}

TEST(Ownership, AFallThatUnseenSalesCouldExplainWaits) {
  EXPECT_EQ(Case().was(5).is(3).judged().owner, Owner::wait_for_watermark);
  EXPECT_EQ(Case().was(5).is(0).sold(2).judged().owner, Owner::wait_for_watermark);
}

TEST(Ownership, AnUnexplainedFallIsAPersons) {
  EXPECT_EQ(Case().was(5).is(3).all_orders_seen().judged().owner, Owner::persons_quantity);
  EXPECT_EQ(Case().was(5).is(2).sold(2).all_orders_seen().judged().owner, Owner::persons_quantity);
}

TEST(Ownership, AnUnexplainedZeroIsAPause) {
  EXPECT_EQ(Case().was(5).is(0).all_orders_seen().judged().owner, Owner::persons_pause);
  EXPECT_EQ(Case().was(5).is(0, ListingActivity::inactive).all_orders_seen().judged().owner,
            Owner::persons_pause);
}

TEST(Ownership, ARiseIsAPersons) {
  EXPECT_EQ(Case().was(5).is(9).restores(Proof::no).judged().owner, Owner::persons_quantity);
  EXPECT_EQ(Case().was(5).is(9).all_orders_seen().judged().owner, Owner::persons_quantity);
  EXPECT_EQ(Case().was(0).is(4).all_orders_seen().judged().owner, Owner::persons_pause)
      << "somebody put it back on sale";
}

TEST(Ownership, ARiseThatCancellationsExplainIsTheChannels) {
  EXPECT_EQ(Case().was(5).is(7).cancelled(2).judged().owner, Owner::channel_restoration);
  EXPECT_EQ(Case().was(5).is(7).cancelled(2, Proof::unproven).judged().owner, Owner::channel_restoration);
  EXPECT_EQ(Case().was(5).is(7).cancelled(2, Proof::no).judged().owner, Owner::persons_quantity);
  EXPECT_EQ(Case().was(5).is(8).cancelled(2).all_orders_seen().judged().owner, Owner::persons_quantity);
}

TEST(Ownership, ARiseThatAnUnseenCancellationCouldExplainWaits) {
  EXPECT_EQ(Case().was(5).is(7).open(2).judged().owner, Owner::wait_for_watermark);
  EXPECT_EQ(Case().was(5).is(8).open(2).judged().owner, Owner::persons_quantity);
  EXPECT_EQ(Case().was(5).is(7).open(2).restores(Proof::no).judged().owner, Owner::persons_quantity);
}

TEST(Ownership, AChangeOfStateIsAPersons) {
  EXPECT_EQ(Case().was(5).is(5, ListingActivity::inactive).judged().owner, Owner::persons_pause);
  EXPECT_EQ(Case().was(5, ListingActivity::inactive).is(5).judged().owner, Owner::persons_pause);
  EXPECT_EQ(Case().was(5).is(3, ListingActivity::inactive).sold(2).judged().owner, Owner::persons_pause);
  EXPECT_EQ(Case().was(5).is(5, ListingActivity::removed).judged().owner, Owner::persons_pause);
}

TEST(Ownership, OneOfOurUnresolvedWritesIsOurs) {
  const auto live = Case().was(5).is(2).wrote(7, 2).judged();
  EXPECT_EQ(live.owner, Owner::our_write);
  EXPECT_EQ(live.epoch, 7U);
  EXPECT_EQ(Case().was(5).is(1).wrote(7, 2, 1).judged().owner, Owner::our_write) << "and one was sold since";
  EXPECT_EQ(Case().was(2).is(9).wrote(7, 9).judged().owner, Owner::our_write);
  EXPECT_EQ(Case().was(5).is(0, ListingActivity::inactive).wrote(7, 0).judged().owner, Owner::our_write);
}

TEST(Ownership, ALateWriteOfOursIsOursAndTheNewestThatFitsIsNamed) {
  EXPECT_EQ(Case().was(5).is(4).wrote(3, 4).wrote(7, 2).judged().epoch, 3U);
  EXPECT_EQ(Case().was(5).is(2).wrote(3, 2).wrote(7, 2).judged().epoch, 7U);
}

TEST(Ownership, AWriteDoesNotExplainWhatWasReadBeforeIt) {
  EXPECT_EQ(Case().was(5).is(2).wrote(7, 2, 0, noon + 20 * minute).all_orders_seen().judged().owner,
            Owner::persons_quantity);
}

TEST(Ownership, OffIsNoWriteOfAQuantity) {
  EXPECT_EQ(Case().was(5).is(2, ListingActivity::inactive).wrote(7, 2).judged().owner, Owner::persons_pause);
}

TEST(Ownership, AThirdValueWhileAWriteIsOnItsWayIsAPersons) {
  EXPECT_EQ(Case().was(5).is(8).wrote(7, 2).restores(Proof::no).judged().owner, Owner::persons_quantity);
}

TEST(Ownership, ARaiseOfOursThatSoldSomeUnseenWaitsForTheOrders) {
  EXPECT_EQ(Case().was(0).is(2).wrote(7, 3).judged().owner, Owner::wait_for_watermark);
  EXPECT_EQ(Case().was(0).is(2).wrote(7, 3, 1).judged().owner, Owner::our_write) << "its sale was seen";
  EXPECT_EQ(Case().was(0).is(2).wrote(7, 3).all_orders_seen().judged().owner, Owner::persons_pause);
  EXPECT_EQ(Case().was(0).is(2).wrote(7, 1).judged().owner, Owner::persons_pause) << "no sale raises";
}

TEST(Ownership, AtFirstSight) {
  EXPECT_EQ(Case().is(5).judged().owner, Owner::first_sight);
  EXPECT_EQ(Case().is(0).judged().owner, Owner::first_sight_off);
  EXPECT_EQ(Case().is(5, ListingActivity::inactive).judged().owner, Owner::first_sight_off);
  EXPECT_EQ(Case().is(0).wrote(7, 0).judged().owner, Owner::our_write);
}

TEST(Ownership, OnAChannelWithoutQuantitiesTheSwitchIsAllThereIs) {
  EXPECT_EQ(Case().was({}).is({}).judged().owner, Owner::unchanged);
  EXPECT_EQ(Case().was({}).is({}, ListingActivity::inactive).judged().owner, Owner::persons_pause);
  EXPECT_EQ(Case().was({}).is({}, ListingActivity::inactive).wrote(7, 0).judged().owner, Owner::our_write);
}

// In words: we may write only over what we can account for to the last unit.
TEST(Ownership, EveryCombinationOfSmallNumbers) {
  for (std::int64_t was = 0; was <= 4; ++was)
    for (std::int64_t is = 0; is <= 6; ++is)
      for (std::int64_t sold = 0; sold <= 3; ++sold)
        for (std::int64_t cancelled = 0; cancelled <= 2; ++cancelled)
          for (std::int64_t target = -1; target <= 3; ++target)
            for (const bool seen : {false, true})
              for (const auto restores : {Proof::no, Proof::yes, Proof::unproven}) {
                Case c;
                c.was(was).is(is).sold(sold).cancelled(cancelled, restores);
                if (target >= 0) c.wrote(7, target, sold);
                if (seen) c.all_orders_seen();
                const auto judged = c.judged();
                const auto where = ::testing::Message()
                                   << was << " -> " << is << " sold " << sold << " cancelled " << cancelled
                                   << " wrote " << target << (seen ? " all seen: " : " not all seen: ")
                                   << word(judged.owner);
                const bool ours = target >= 0 && is <= target && is >= target - sold;
                const bool sales = is <= was && is >= was - sold;
                const bool restored = restores != Proof::no && is > was && is <= was + cancelled;
                EXPECT_EQ(judged.may_write(), ours || sales || restored) << where;
                if (seen) {
                  EXPECT_NE(judged.owner, Owner::wait_for_watermark) << where;
                }
                // It landed, and sold some that nobody has seen yet.
                const bool may_be_ours = !seen && is < target;
                if (is > was && !ours && !restored && !may_be_ours) {
                  EXPECT_TRUE(judged.is_persons()) << where;
                }
                if (is > was && !ours && !restored && may_be_ours) {
                  EXPECT_EQ(judged.owner, Owner::wait_for_watermark) << where;
                }
              }
}

// The write may be on its way yet wherever orders alone could have led to what is read.
TEST(Landing, EveryCombinationOfSmallNumbers) {
  const auto seen = [](std::int64_t units) { return Seen{Units(units), ListingActivity::active, noon}; };
  for (std::int64_t was = 0; was <= 4; ++was)
    for (std::int64_t is = 0; is <= 6; ++is)
      for (std::int64_t sold = 0; sold <= 3; ++sold)
        for (std::int64_t cancelled = 0; cancelled <= 2; ++cancelled)
          for (const bool all_seen : {false, true}) {
            const auto found = landing({.from = seen(was),
                                        .now = seen(is),
                                        .sold = Units(sold),
                                        .cancelled = Units(cancelled),
                                        .all_seen = all_seen});
            const bool orders = is >= was - sold && is <= was + cancelled;
            const bool unseen = !all_seen && is <= was + cancelled;
            EXPECT_EQ(found, orders   ? Landing::orders_explain
                             : unseen ? Landing::orders_awaited
                                      : Landing::landed)
                << was << " -> " << is << " sold " << sold << " cancelled " << cancelled << all_seen;
          }
  // Two were there, five added, four sold of them and counted down: without them it would show none.
  EXPECT_EQ(landing({.from = seen(2), .now = seen(1), .sold = Units(4)}), Landing::orders_explain);
  EXPECT_EQ(landing({.from = seen(2), .now = seen(1), .sold = Units(4), .counted = Units(4)}),
            Landing::landed);
  EXPECT_EQ(landing({.from = seen(5), .now = seen(4), .sold = Units(1), .counted = Units(1)}),
            Landing::orders_explain);
  EXPECT_EQ(landing({.from = seen(5), .between = seen(1), .now = seen(4), .sold = Units(4)}), Landing::landed)
      << "no sale raises what was seen meanwhile";
}

}  // namespace
}  // namespace forestall::guard
