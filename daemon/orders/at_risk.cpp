// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/at_risk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

namespace forestall::orders {
namespace {

class Assessor {
 public:
  Assessor(const OrderFacts& order, const RiskRules& rules, Instant now) : o_(order), r_(rules), now_(now) {}

  std::vector<Flag> run() {
    if (o_.parcel && o_.parcel->delivered_at) return {};
    if (o_.cancel_asked_at) cancel_request();
    if (o_.payment_pending) {
      payment();
      return std::move(flags_);  // nothing may be shipped before it is paid
    }
    if (!o_.shipped) before_shipping();
    if (o_.parcel) on_the_way(*o_.parcel);
    return std::move(flags_);
  }

 private:
  Flag& add(Cause cause, double p, Instant deadline, Instant act_by, double cost_share, NextStep next,
            std::string why) {
    Flag f{
        .account = o_.account,
        .order = o_.id,
        .cause = cause,
        .hard = false,
        .probability = std::clamp(p, 0.0, 1.0),
        .deadline = deadline,
        .act_by = act_by,
        .stake = Money(std::llround(static_cast<double>(o_.value.minor()) * cost_share), o_.value.currency()),
        .next = next,
        .loss_avoided = 0,
        .why = std::move(why)};
    if (now_ < act_by) f.loss_avoided = f.probability * static_cast<double>(f.stake.minor());
    flags_.push_back(std::move(f));
    return flags_.back();
  }

  void cancel_request() {
    const Instant by = o_.cancel_answer_by.value_or(*o_.cancel_asked_at + o_.clocks.cancel_answer);
    // Unanswered at its deadline it is a defect for sure.
    Flag& f = add(Cause::cancel_requested, 1, by, by, r_.late_cost_share,
                  o_.shipped ? NextStep::answer_refuse : NextStep::answer_approve,
                  o_.shipped ? "the buyer asked to cancel; the parcel has left"
                             : "the buyer asked to cancel; not shipped yet");
    f.hard = true;
  }

  void payment() {
    const Instant usual = o_.placed_at + o_.clocks.payment;
    if (now_ < usual) return;
    add(Cause::payment_pending, 0.5, o_.clocks.ship_by, o_.clocks.ship_by, 0, NextStep::wait_for_payment,
        fmt::format("payment pending for {} h; the units stay reserved",
                    std::chrono::duration_cast<std::chrono::hours>(now_ - o_.placed_at).count()));
  }

  // The last moment to do something about handing over: the last collection, or ship-by less the time people
  // need.
  Instant last_hand_over() const { return o_.next_collection.value_or(o_.clocks.ship_by) - r_.reaction; }

  void before_shipping() {
    if (o_.short_of_stock >= r_.stock) {
      Flag& f = add(Cause::stock_short, o_.short_of_stock, o_.clocks.ship_by, last_hand_over(),
                    r_.cancel_cost_share,
                    o_.stock_suspect ? NextStep::recount_stock : NextStep::ship_from_elsewhere,
                    o_.short_for_sure ? "more is owed by this ship-by than there is, receipts included"
                                      : "stock may not reach to this order by its ship-by");
      f.hard = o_.short_for_sure && !o_.stock_suspect;
    }
    const bool missed = now_ >= o_.clocks.ship_by;
    if (missed || o_.late_hand_over >= r_.handling) {
      // Once ship-by has passed, what is left to save is the order itself.
      Flag& f = add(Cause::handling_late, missed ? 1 : o_.late_hand_over, o_.clocks.ship_by,
                    missed ? o_.clocks.auto_cancel.value_or(o_.clocks.deliver_by) : last_hand_over(),
                    r_.late_cost_share, NextStep::ship_today,
                    missed ? "ship-by has passed and it is not handed over"
                           : "orders like this one are handed over late");
      f.hard = missed;
    }
    if (o_.clocks.auto_cancel && now_ + r_.warn_before >= *o_.clocks.auto_cancel) {
      Flag& f = add(Cause::auto_cancel, 1, *o_.clocks.auto_cancel, *o_.clocks.auto_cancel - r_.reaction,
                    r_.cancel_cost_share, NextStep::ship_today, "the channel will cancel it by itself");
      f.hard = true;
    }
  }

  void on_the_way(const ParcelFacts& p) {
    const Instant deliver_by = o_.clocks.deliver_by;
    if (!p.first_scan_at) {
      if (p.label_at && p.never_scanned >= r_.never_scanned)
        // Channels count the first scan as the hand-over: ship-by first, afterwards what is promised.
        add(Cause::never_scanned, p.never_scanned,
            std::max(o_.clocks.ship_by, now_) == now_ ? deliver_by : o_.clocks.ship_by,
            (now_ < o_.clocks.ship_by ? o_.clocks.ship_by : deliver_by) - r_.reaction, r_.cancel_cost_share,
            NextStep::hand_over_again, "a label was made and nobody has scanned the parcel");
      return;
    }
    if (p.returning) {
      Flag& f =
          add(Cause::parcel_late, 1, deliver_by, std::max(deliver_by, now_ + r_.reaction),
              r_.cancel_cost_share, NextStep::tell_the_buyer, "the parcel is on its way back to the sender");
      f.hard = true;
      return;
    }
    // The nearest cause only: what is lost is also stuck and late.
    if (p.lost >= r_.lost) {
      add(Cause::parcel_lost, p.lost, deliver_by, std::max(deliver_by, now_ + r_.reaction),
          r_.cancel_cost_share, NextStep::open_claim, "so long a silence is mostly for ever");
    } else if (p.longer_share < r_.stuck_level && p.stuck >= r_.stuck) {
      add(Cause::parcel_stuck, std::max(p.late, p.stuck), deliver_by, deliver_by - r_.reaction,
          r_.late_cost_share, NextStep::open_investigation,
          fmt::format("silent for longer than {:.1f} % of parcels are", 100 * (1 - p.longer_share)));
    } else if (now_ >= deliver_by || p.late >= (p.little_history ? r_.late_elsewhere : r_.late)) {
      Flag& f = add(Cause::parcel_late, now_ >= deliver_by ? 1 : p.late, deliver_by, deliver_by,
                    r_.late_cost_share, NextStep::tell_the_buyer,
                    now_ >= deliver_by ? "the promised time has passed" : "too slow for what was promised");
      f.hard = now_ >= deliver_by;
    }
  }

  const OrderFacts& o_;
  const RiskRules& r_;
  Instant now_;
  std::vector<Flag> flags_;
};

}  // namespace

std::string_view word(Cause cause) {
  constexpr std::array<std::string_view, 9> words = {"stock_short",     "handling_late",    "never_scanned",
                                                     "parcel_stuck",    "parcel_lost",      "parcel_late",
                                                     "payment_pending", "cancel_requested", "auto_cancel"};
  return words[static_cast<std::size_t>(cause)];
}

std::string_view word(NextStep step) {
  constexpr std::array<std::string_view, 10> words = {
      "ship_today", "ship_from_elsewhere", "recount_stock",  "hand_over_again", "open_investigation",
      "open_claim", "tell_the_buyer",      "answer_approve", "answer_refuse",   "wait_for_payment"};
  return words[static_cast<std::size_t>(step)];
}

std::vector<Flag> assess(const OrderFacts& order, const RiskRules& rules, Instant now) {
  return Assessor(order, rules, now).run();
}

void rank(std::vector<Flag>& flags) {
  std::ranges::sort(flags, {}, [](const Flag& f) {
    return std::tuple(-f.loss_avoided, f.act_by, f.account, f.order, f.cause);
  });
}

}  // namespace forestall::orders
