// SPDX-License-Identifier: Apache-2.0
// The keys of [[seller]] and [[account]].
#include <algorithm>

#include "config/settings/schema.hpp"

namespace forestall::config {

using namespace std::chrono_literals;
using std::chrono::days;

namespace {

constexpr std::uint32_t million = 1'000'000;
const Units most_units{Units::max_reading};

bool is_slug(const std::string& text) { return SourceId::parse(text).has_value(); }
bool are_slugs(const std::vector<std::string>& texts) {
  return !texts.empty() && std::ranges::all_of(texts, is_slug);
}
bool is_http(const Url& url) { return url.scheme == "http" || url.scheme == "https"; }
bool is_positive(const Money& money) { return money.minor() > 0; }

std::vector<Field> poll_fields() {
  using S = PollSettings;
  const auto every = [](std::string_view key, Millis S::* member, std::string_view help) {
    return field(key, member, help).between(Millis(1s), Millis(days(7))).live();
  };
  return fields(every("orders", &S::orders, "New and changed orders."),
                every("listings", &S::listings, "A sweep over all listings."),
                every("health", &S::health, "The account's own report of its limits and rates."),
                every("messages", &S::messages, "Messages of buyers."),
                every("returns", &S::returns, "Returns and refunds."),
                every("reconcile", &S::reconcile, "Everything compared with the channel."));
}

std::vector<Field> breaker_fields() {
  using S = BreakerSettings;
  return fields(field("interval", &S::interval, "The span in which changes are counted.")
                    .between(Millis(1min), Millis(days(7)))
                    .live(),
                field("listings", &S::listings, "The most listings changed in it.")
                    .between(std::uint32_t{1}, million)
                    .live(),
                field("share", &S::share, "The largest share of the account's listings changed in it.")
                    .between(0.0001, 1.0)
                    .live(),
                field("units", &S::units, "The most units taken off or put on sale in it.")
                    .between(Units(1), most_units)
                    .live(),
                field("value", &S::value,
                      "The most they may be worth, in the account's currency. Left out: no such limit.")
                    .check<Money>(is_positive, "above zero")
                    .live(),
                field("canary", &S::canary,
                      "So many go first and are read back before the rest of a large change follows.")
                    .between(std::uint32_t{0}, std::uint32_t{1000})
                    .live());
}

std::vector<Field> cancel_limit_fields() {
  using S = CancelLimitSettings;
  return fields(
      field("share", &S::share,
            "Cancelled orders over orders, where the channel reports no limit. Left out: the dated preset "
            "of the channel.")
          .between(0.0001, 1.0)
          .live(),
      field("window", &S::window, "The span in which they are counted.")
          .between(Millis(days(1)), Millis(days(365)))
          .live(),
      field("min_orders", &S::min_orders, "Below so many orders the channel does not judge.")
          .between(std::uint32_t{1}, million)
          .live(),
      field("breach_costs", &S::breach_costs,
            "What exceeding the limit costs, as the sales of so long. The nearer the limit, the more of it "
            "each "
            "cancellation is taken to cost.")
          .between(Millis(0), Millis(days(365)))
          .live());
}

std::vector<Field> clock_fields() {
  using S = ClockSettings;
  const auto within = [](std::string_view key, std::optional<Millis> S::* member, std::string_view help) {
    return field(key, member, help).between(Millis(1min), Millis(days(180))).live();
  };
  return fields(within("ship_by", &S::ship_by, "From order to hand-over, where the order does not say."),
                within("deliver_by", &S::deliver_by, "From order to delivery, where the order does not say."),
                within("auto_cancel", &S::auto_cancel, "From ship-by until the channel cancels by itself."),
                within("cancel_answer", &S::cancel_answer, "For answering a buyer's wish to cancel."),
                within("message_answer", &S::message_answer, "For answering a message."),
                within("return_answer", &S::return_answer, "For answering a return."),
                within("payment", &S::payment, "Beyond this a pending payment is abnormal."));
}

}  // namespace

std::vector<Field> seller_fields() {
  using S = SellerSettings;
  return fields(
      field("id", &S::id, "A short name; it becomes part of keys and labels.").required(),
      field("name", &S::name, "For people. Left out: the id.").live(),
      field("time_zone", &S::time_zone, "Days, quiet hours and cut-offs are meant in it.").required(),
      field("currency", &S::currency, "Of the seller's own figures.").required(),
      secret("token", &S::token, "For the API, for this seller alone."),
      field("mapping_file", &S::mapping_file,
            "CSV: account,listing,sku,units. Left out: a listing is the SKU of the same text.")
          .live(),
      field("reserve", &S::reserve, "Units of every SKU that are held back from all channels.")
          .between(Units(0), most_units)
          .live(),
      field("margin_share", &S::margin_share, "What a sale earns, as a share of its price.")
          .between(0.001, 1.0)
          .live(),
      field("margin_per_unit", &S::margin_per_unit, "What a sale earns where no price is known.")
          .check<Money>(is_positive, "above zero")
          .live(),
      only_if<S>(
          field("cancellation_cost_in_margins", &S::cancellation_cost_in_margins,
                "What a cancellation costs, in margins of the unit cancelled.")
              .between(0.1, 1000.0)
              .live(),
          [](const S& seller) { return !seller.cancellation_cost; }, "without cancellation_cost"),
      field("cancellation_cost", &S::cancellation_cost,
            "The same as an amount; takes the place of the line above.")
          .check<Money>(is_positive, "above zero")
          .live(),
      field("service_level", &S::service_level, "The wanted chance of no shortfall before the next receipt.")
          .between(0.5, 0.9999)
          .live(),
      field("lead_time", &S::lead_time, "From reordering to receipt, until the suppliers' own is learned.")
          .between(Millis(1h), Millis(days(365)))
          .live(),
      field("excess_cover", &S::excess_cover, "Stock that lasts longer than this is reported as excess.")
          .between(Millis(days(7)), Millis(days(3650)))
          .live(),
      field("country", &S::country, "Whose public holidays are days off. Left out: none.").live(),
      field("work_days", &S::work_days, "Days on which orders are handed over.")
          .check<std::vector<Weekday>>([](const auto& all) { return !all.empty(); }, "at least one")
          .live(),
      field("cut_off", &S::cut_off,
            "Orders placed later count as the next working day's. Left out: midnight.")
          .live(),
      field("quiet_hours", &S::quiet_hours, "Only urgent alerts are sent then. Left out: none.").live());
}

std::vector<Field> account_fields() {
  using S = AccountSettings;
  return fields(
      field("id", &S::id, "A short name; it becomes part of keys and labels.").required(),
      field("seller", &S::seller, "The id of a [[seller]].").required(),
      field("kind", &S::kind, "The channel: \"amazon\".").required(),
      field("credential", &S::credential,
            "Accounts that name the same credential share its tokens and rate limits, and must give the same "
            "files. "
            "Left out: the account's own.")
          .check<std::string>(is_slug, "of a-z, 0-9, - and _"),
      field("marketplace", &S::marketplace, "The channel's own name of it: \"ATVPDKIKX0DER\"."),
      field("merchant_id", &S::merchant_id, "The seller's own id at the channel."),
      field("mode", &S::mode, "observe: decide and record. advise: also alert. guard: act.").live(),
      field("writes", &S::writes, "What guard may do: all, only lower quantities, or nothing.").live(),
      field("pools", &S::pools, "Where its listings may be sold from.")
          .check<std::vector<std::string>>(are_slugs, "at least one, of a-z, 0-9, - and _"),
      field("cap", &S::cap, "The most units shown on a listing while there is plenty.")
          .between(Units(1), most_units)
          .live(),
      field("base_url", &S::base_url, "Left out: the channel's own for the marketplace.")
          .check<Url>(is_http, "https:// (http:// on loopback only)"),
      field("token_url", &S::token_url, "Where access tokens come from. Left out: the channel's own.")
          .check<Url>(is_http, "https:// (http:// on loopback only)"),
      field("client_id", &S::client_id, "Of the application registered with the channel."),
      read_at_start(secret("client_secret", &S::client_secret, "Of the application.")),
      field("secret_expires", &S::secret_expires,
            "The day on which the channel stops taking the client secret: a metric, and an alert before it.")
          .check<std::string>([](const std::string& text) { return parse_civil_date(text).has_value(); },
                              "a date such as 2026-11-23")
          .live(),
      read_at_start(secret("refresh_token", &S::refresh_token, "Of the seller's consent.")),
      field("username", &S::username, "For channels that log in by name."),
      read_at_start(secret("password", &S::password, "For channels that log in by name.")),
      read_at_start(secret("token", &S::token, "For channels with a fixed key.")),
      field("credential_until", &S::credential_until,
            "The last day on which the login is valid: alerts come 30, 7 and 2 days before. Left out: nobody "
            "knows.")
          .live(),
      field("currency", &S::currency, "Of the marketplace. Left out: the seller's."),
      field("time_zone", &S::time_zone, "Of the marketplace. Left out: the seller's."),
      field("backfill", &S::backfill, "How far back orders are read at the first start.")
          .between(Millis(days(1)), Millis(days(400))),
      nested("poll", &S::poll, poll_fields()), nested("breaker", &S::breaker, breaker_fields()),
      nested("cancel_limit", &S::cancel_limit, cancel_limit_fields()),
      nested("clocks", &S::clocks, clock_fields()),
      field("rates", &S::rates, "Limits of calls other than the documented ones, by operation.").live());
}

}  // namespace forestall::config
