// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/emit/at_risk.hpp"

#include <fmt/format.h>

#include "daemon/alerting/emit/words.hpp"

namespace forestall::alerting {
namespace {

using orders::Cause;
using orders::NextStep;

std::string_view danger(Cause cause) {
  switch (cause) {
    case Cause::stock_short:
      return "there is not enough stock to ship it";
    case Cause::handling_late:
      return "it will not be handed over in time";
    case Cause::never_scanned:
      return "it has a label, but the carrier never scanned it";
    case Cause::parcel_stuck:
      return "its parcel does not move";
    case Cause::parcel_lost:
      return "its parcel seems lost";
    case Cause::parcel_late:
      return "its parcel will come too late";
    case Cause::payment_pending:
      return "its payment is pending for unusually long";
    case Cause::cancel_requested:
      return "the buyer asked to cancel and waits for an answer";
    case Cause::auto_cancel:
      return "the channel will cancel it by itself";
  }
  return "it is in danger";
}

std::string_view step(NextStep next) {
  switch (next) {
    case NextStep::ship_today:
      return "Hand it to the carrier";
    case NextStep::ship_from_elsewhere:
      return "Ship it from another location or supplier, or split it";
    case NextStep::recount_stock:
      return "Count the stock of it on the shelf";
    case NextStep::hand_over_again:
      return "Find the parcel and hand it to the carrier again";
    case NextStep::open_investigation:
      return "Ask the carrier to search for the parcel";
    case NextStep::open_claim:
      return "Open a claim with the carrier, and replace or refund the order";
    case NextStep::tell_the_buyer:
      return "Tell the buyer the new date";
    case NextStep::answer_approve:
      return "Approve the buyer's request";
    case NextStep::answer_refuse:
      return "Refuse the request, it has shipped, and watch for the return";
    case NextStep::wait_for_payment:
      return "Do not ship yet; look at the payment";
  }
  return "Look at it";
}

}  // namespace

Alert alert_of(const orders::Flag& f, const SellerId& seller, const TimeZone& zone, Instant now) {
  const auto left = f.act_by - now;
  const bool late = left <= Millis(0);
  const bool urgent = !late && left <= urgent_before && (f.hard || f.probability >= 0.5);
  Alert alert{.identity = {seller, AlertKind::order_at_risk, f.account,
                           fmt::format("{} {}", f.order.str(), orders::word(f.cause))},
              .severity = urgent ? Severity::urgent : Severity::warning,
              .hard = f.hard,
              .headline = fmt::format("Order {}: {}", f.order.str(), danger(f.cause)),
              .act_by = f.act_by,
              .labels = {{"order", f.order.str()}, {"cause", std::string(orders::word(f.cause))}}};
  alert.first = late ? fmt::format("{}; the best moment for it has passed ({}).", step(f.next),
                                   say_time(f.act_by, zone, now))
                     : fmt::format("{} before {} (in {}).", step(f.next), say_time(f.act_by, zone, now),
                                   say_span(left));
  alert.numbers = {
      fmt::format("deadline {}", say_time(f.deadline, zone, now)),
      f.hard ? fmt::format("certain; at stake {}", to_string(f.stake))
             : fmt::format("likely by {}; at stake {}", say_share(f.probability), to_string(f.stake))};
  if (!f.why.empty()) alert.numbers.push_back(f.why);
  return alert;
}

}  // namespace forestall::alerting
