// SPDX-License-Identifier: Apache-2.0
// The sample file, made from the schema so that it cannot fall behind it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "config/settings/print.hpp"
#include "config/settings/schema.hpp"

namespace forestall::config {
namespace {

constexpr std::string_view opening = R"(# SPDX-License-Identifier: Apache-2.0
# The configuration of Forestall, in TOML 1.0. This file works as it stands: a daemon with its own Redis,
# listening on loopback, that watches nobody yet. Every key is here with its default, or with an example where
# it has none; take away the # to set it. Check with `forestalld --config FILE --check`, which also prints what
# is in force.
#
# Durations are written with units ("500ms", "15m", "1h30m", "7d"), sizes too ("64MiB"), money with its currency
# ("12.50 EUR"), rates as "5/s burst 10" or "1/3m". Paths are relative to this file's folder.
#
# Secrets never stand here. KEY_file names a file that only the service (or root) can read, starting with / or
# ./ or ../; KEY_credential names a credential of systemd (LoadCredential= in the unit). One of both is given.
#
# A key marked "Reload" takes effect with SIGHUP (systemctl reload), any other with a restart.
)";

// What stands in the sample where there is no default.
constexpr auto examples = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"daemon.ca_file", "\"/etc/ssl/certs/company.pem\""},
    {"daemon.cancel_limits_file", "\"cancel_limits.toml\""},
    {"daemon.proxy", "\"http://proxy.example.com:3128\""},
    {"redis.directory", "\"/var/lib/forestall/redis\""},
    {"redis.socket", "\"/var/lib/forestall/redis/redis.sock\""},
    {"redis.address", "\"tls://redis.example.com:6379\""},
    {"redis.ca_file", "\"/etc/forestall/redis-ca.pem\""},
    {"redis.server_name", "\"redis.example.com\""},
    {"redis.username", "\"forestall\""},
    {"redis.password", "\"/etc/forestall/secrets/redis\""},
    {"api.token", "\"/etc/forestall/secrets/api\""},
    {"api.public_url", "\"https://forestall.example.com\""},
    {"seller.id", "\"acme\""},
    {"seller.name", "\"Acme Outdoor\""},
    {"seller.time_zone", "\"Europe/Berlin\""},
    {"seller.currency", "\"EUR\""},
    {"seller.token", "\"/etc/forestall/secrets/api-acme\""},
    {"seller.mapping_file", "\"acme-listings.csv\""},
    {"seller.margin_per_unit", "\"5.00 EUR\""},
    {"seller.cancellation_cost", "\"40.00 EUR\""},
    {"seller.country", "\"DE\""},
    {"seller.cut_off", "\"14:00\""},
    {"seller.quiet_hours", "\"22:00-07:00\""},
    {"account.id", "\"amazon-de\""},
    {"account.seller", "\"acme\""},
    {"account.kind", "\"amazon\""},
    {"account.credential", "\"amazon-eu\""},
    {"account.marketplace", "\"A1PA6795UKMFR9\""},
    {"account.merchant_id", "\"A2EXAMPLE\""},
    {"account.base_url", "\"https://sellingpartnerapi-eu.amazon.com\""},
    {"account.token_url", "\"https://api.amazon.com/auth/o2/token\""},
    {"account.client_id", "\"amzn1.application-oa2-client.example\""},
    {"account.secret_expires", "\"2027-05-01\""},
    {"account.client_secret", "\"/etc/forestall/secrets/amazon-client\""},
    {"account.refresh_token", "\"/etc/forestall/secrets/amazon-eu\""},
    {"account.username", "\"forestall\""},
    {"account.password", "\"/etc/forestall/secrets/shop-password\""},
    {"account.token", "\"/etc/forestall/secrets/shop-token\""},
    {"account.credential_until", "\"2027-01-31\""},
    {"account.currency", "\"EUR\""},
    {"account.time_zone", "\"Europe/Berlin\""},
    {"account.breaker.value", "\"5000.00 EUR\""},
    {"account.cancel_limit.share", "0.025"},
    {"account.clocks.ship_by", "\"2d\""},
    {"account.clocks.deliver_by", "\"7d\""},
    {"account.clocks.auto_cancel", "\"7d\""},
    {"account.clocks.cancel_answer", "\"1d\""},
    {"account.clocks.message_answer", "\"1d\""},
    {"account.clocks.return_answer", "\"2d\""},
    {"account.clocks.payment", "\"3d\""},
    {"account.rates", "{ searchOrders = \"1/3m burst 20\" }"},
    {"stock.id", "\"warehouse\""},
    {"stock.seller", "\"acme\""},
    {"stock.kind", "\"csv\""},
    {"stock.path", "\"/srv/warehouse/stock\""},
    {"stock.location", "\"Hamburg\""},
    {"stock.deducts_at", "\"ship\""},
    {"stock.time_zone", "\"Europe/Berlin\""},
    {"stock.columns", "{ on_hand = \"Bestand\", sku = \"Artikelnummer\" }"},
    {"carrier.id", "\"parcels\""},
    {"carrier.kind", "\"easypost\""},
    {"carrier.sellers", "[\"acme\"]"},
    {"carrier.base_url", "\"https://api.easypost.com/v2\""},
    {"carrier.token_url", "\"https://onlinetools.ups.com/security/v1/oauth/token\""},
    {"carrier.client_id", "\"example\""},
    {"carrier.client_secret", "\"/etc/forestall/secrets/carrier-client\""},
    {"carrier.token", "\"/etc/forestall/secrets/easypost\""},
    {"carrier.webhook_secret", "\"/etc/forestall/secrets/easypost-webhook\""},
    {"carrier.rate", "\"5/s burst 5\""},
    {"notify.id", "\"team\""},
    {"notify.kind", "\"smtp\""},
    {"notify.url", "\"smtp://mail.example.com:587\""},
    {"notify.secret_url", "\"/etc/forestall/secrets/slack-url\""},
    {"notify.username", "\"forestall\""},
    {"notify.password", "\"/etc/forestall/secrets/smtp\""},
    {"notify.token", "\"/etc/forestall/secrets/webhook-token\""},
    {"notify.signing_secret", "\"/etc/forestall/secrets/webhook-key\""},
    {"notify.from", "\"forestall@example.com\""},
    {"notify.to", "[\"team@example.com\"]"},
    {"notify.sellers", "[\"acme\"]"},
    {"notify.accounts", "[\"amazon-de\"]"},
    {"notify.kinds", "[\"shortfall\", \"order_at_risk\"]"},
    {"notify.digest", "\"1h\""},
    {"notify.send_resolved", "true"},
    {"notify.escalate_to", "\"boss\""},
});

std::string_view example_of(std::string_view key) {
  const auto* found = std::ranges::find(examples, key, &std::pair<std::string_view, std::string_view>::first);
  if (found == examples.end()) throw std::logic_error(fmt::format("no example for {}", key));
  return found->second;
}

// Comment lines of at most `width` columns.
std::string comment(std::string_view text) {
  constexpr std::size_t width = 110;
  std::string out;
  std::string line = "#";
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    if (line.size() + 1 + word.size() > width) out += std::exchange(line, "#") + "\n";
    line += " ";
    line += word;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return out + line + "\n";
}

std::string sentence(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text + ".";
}

std::string describe_field(const Section& section, const Field& field) {
  const std::string name = fmt::format("{}.{}", section.name, field.key);
  const auto [key, value] = field.write(section.defaults);
  const bool has_default = field.need == Need::optional && !value.empty() && value != "[]" && value != "{ }";
  std::string out = comment(field.help);
  std::string traits = sentence(field.expected);
  if (field.need == Need::required) traits += " Required.";
  if (!field.only.empty()) traits += fmt::format(" Only {}.", field.only);
  if (field.change == Change::live) traits += " Reload.";
  if (!has_default && field.need == Need::optional) traits += " No default; for example:";
  out += comment(traits);
  out += fmt::format("#{} = {}\n", key, has_default ? std::string_view(value) : example_of(name));
  if (field.secret) out += fmt::format("#{}_credential = \"{}\"\n", field.key, field.key);
  return out;
}

}  // namespace

std::string sample() {
  std::string out(opening);
  for (const auto& section : sections()) {
    out += "\n" + comment(section.help);
    out += section.many ? fmt::format("#[[{}]]\n", section.name) : fmt::format("[{}]\n", section.name);
    for (const auto& field : section.fields) out += "\n" + describe_field(section, field);
  }
  return out;
}

}  // namespace forestall::config
