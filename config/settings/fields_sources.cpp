// SPDX-License-Identifier: Apache-2.0
// The keys of [[stock]], [[carrier]] and [[notify]].
#include <algorithm>

#include "config/settings/schema.hpp"

namespace forestall::config {

using namespace std::chrono_literals;
using std::chrono::days;

namespace {

bool is_slug(const std::string& text) { return SourceId::parse(text).has_value(); }
bool is_http(const Url& url) { return url.scheme == "http" || url.scheme == "https"; }
// No control character and nothing beyond ASCII: it becomes part of SMTP commands and headers.
bool is_address(const std::string& text) {
  const auto at = text.find('@');
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; }) && text.size() <= 254 &&
         at != std::string::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string::npos && text.find_first_of(" <>,;\"") == std::string::npos;
}

}  // namespace

std::vector<Field> stock_fields() {
  using S = StockSettings;
  return fields(
      field("id", &S::id, "A short name; it becomes part of keys and labels.").required(),
      field("seller", &S::seller, "The id of a [[seller]].").required(),
      field("kind", &S::kind, "\"csv\": CSV or TSV files.").required(),
      field("path", &S::path, "A file, or a folder whose files are read in the order of their names.")
          .required(),
      field("location", &S::location, "Where the stock lies. Sources of different locations add.").required(),
      field("pool", &S::pool, "Where the stock may be sold from.")
          .check<std::string>(is_slug, "of a-z, 0-9, - and _"),
      field("deducts_at", &S::deducts_at, "The step of an order at which this source lowers its own count.")
          .required(),
      field("authority", &S::authority,
            "Of several sources for one location and pool exactly one counts; the others corroborate.")
          .live(),
      field("content", &S::content, "snapshot: a SKU that is missing is unknown. delta: only what changed."),
      field("poll", &S::poll, "How often the path is looked at.").between(Millis(1s), Millis(days(1))).live(),
      field("stale_after", &S::stale_after,
            "Without news for this long, its stock no longer raises anything.")
          .between(Millis(1min), Millis(days(30)))
          .live(),
      field("max_zeroed_share", &S::max_zeroed_share,
            "More SKUs than this share fallen to zero without orders that explain it: the whole feed is "
            "suspect.")
          .between(0.0, 1.0)
          .live(),
      field("max_zeroed", &S::max_zeroed, "The same as a number; the smaller of both counts.")
          .between(std::uint32_t{1}, std::uint32_t{1'000'000})
          .live(),
      field("max_jumped_share", &S::max_jumped_share,
            "The largest share of a reading's SKUs that may jump to more than twice or less than half.")
          .between(0.01, 1.0)
          .live(),
      field("max_missing_share", &S::max_missing_share,
            "The largest share of the SKUs that a snapshot may lack; five always may.")
          .between(0.0, 1.0)
          .live(),
      field("time_zone", &S::time_zone, "Of times without an offset. Left out: the seller's.").live(),
      field("encoding", &S::encoding, "auto: UTF-8 where it is valid, else Windows-1252.").live(),
      field("separator", &S::separator, "auto: the one that the first line has most of.").live(),
      field("decimal_mark", &S::decimal_mark, "auto: whichever is unambiguous in the number.").live(),
      field("columns", &S::columns, "Our name of a column = the file's, where they differ.").live());
}

std::vector<Field> carrier_fields() {
  using S = CarrierSettings;
  return fields(
      field("id", &S::id, "A short name; it becomes part of keys and labels.").required(),
      field("kind", &S::kind, "\"easypost\", \"ups\" or \"fedex\".").required(),
      field("sellers", &S::sellers, "Whose parcels. Left out: everybody's."),
      field("base_url", &S::base_url, "Left out: the carrier's own.")
          .check<Url>(is_http, "https:// (http:// on loopback only)"),
      field("token_url", &S::token_url, "Where access tokens come from. Left out: the carrier's own.")
          .check<Url>(is_http, "https:// (http:// on loopback only)"),
      field("client_id", &S::client_id, "Of the application registered with the carrier."),
      read_at_start(secret("client_secret", &S::client_secret, "Of the application.")),
      read_at_start(secret("token", &S::token, "For carriers with a fixed key.")),
      read_at_start(secret("webhook_secret", &S::webhook_secret,
                           "What the carrier signs its messages with. Left out: none are taken.")),
      field("rate", &S::rate, "Limit of calls. Left out: the documented one."),
      field("poll", &S::poll,
            "How often a parcel in mid-transit is asked about; those near a deadline more often.")
          .between(Millis(1min), Millis(days(7)))
          .live());
}

std::vector<Field> notify_fields() {
  using S = NotifySettings;
  return fields(
      field("id", &S::id, "A short name.").check<std::string>(is_slug, "of a-z, 0-9, - and _").required(),
      field("kind", &S::kind, "\"smtp\", \"slack\", \"webhook\" or \"alertmanager\".").live().required(),
      field("url", &S::url, "smtp://host:587 (STARTTLS), smtps://host, https://host/path.").live(),
      secret("secret_url", &S::secret_url, "The URL where it is a secret itself (Slack)."),
      field("tls", &S::tls, "smtp: off only towards a relay on this machine.").live(),
      field("username", &S::username, "smtp: the login.").live(),
      secret("password", &S::password, "smtp: its password."),
      secret("token", &S::token, "webhook, alertmanager: sent as Authorization: Bearer."),
      secret("signing_secret", &S::signing_secret, "webhook: each message is signed with it (HMAC-SHA256)."),
      field("from", &S::from, "smtp: the sender.").check<std::string>(is_address, "name@host").live(),
      field("to", &S::to, "smtp: the recipients.")
          .check<std::vector<std::string>>(
              [](const std::vector<std::string>& all) { return std::ranges::all_of(all, is_address); },
              "name@host")
          .live(),
      field("sellers", &S::sellers, "Only alerts of these. Left out: of all.").live(),
      field("accounts", &S::accounts, "Only alerts of these. Left out: of all.").live(),
      field("kinds", &S::kinds, "Only alerts of these kinds. Left out: of all.").live(),
      field("min_severity", &S::min_severity, "Nothing less important is sent here.").live(),
      field("group_wait", &S::group_wait,
            "How long alerts of one kind are gathered before the first is sent.")
          .between(Millis(0), Millis(1h))
          .live(),
      field("repeat", &S::repeat, "An alert that still stands is sent again after this.")
          .between(Millis(1min), Millis(days(30)))
          .live(),
      field(
          "digest", &S::digest,
          "One message per span instead of one per group; what is urgent does not wait for it. Left out: no "
          "digest.")
          .between(Millis(1min), Millis(days(7)))
          .live(),
      field("send_resolved", &S::send_resolved,
            "Whether a message may say only that something is over. Left out: webhook and alertmanager true, "
            "smtp and slack false.")
          .live(),
      field("escalations_only", &S::escalations_only,
            "Nothing is sent here but what another [[notify]] escalates.")
          .live(),
      field("escalate_to", &S::escalate_to,
            "The id of a [[notify]] that is told of what nobody acknowledges.")
          .live(),
      field("escalate_after", &S::escalate_after, "When.").between(Millis(1min), Millis(days(7))).live());
}

}  // namespace forestall::config
