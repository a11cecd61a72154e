// SPDX-License-Identifier: Apache-2.0
// Each kind of connector has what it needs, and no credential leaves the machine in clear text.
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "config/base/text.hpp"
#include "config/settings/check.hpp"
#include "config/settings/schema.hpp"

namespace forestall::config {
namespace {

void check_kind(std::string_view section, const std::string& kind, const RowPlace& row,
                std::span<const Kind> kinds) {
  if (kind.empty()) return;  // reported where it was read
  std::vector<std::string_view> names;
  for (const auto& one : kinds) {
    if (one.section != section) continue;
    names.push_back(one.name);
    if (one.name != kind) continue;
    for (const auto key : one.needs)
      if (!row.gives(key)) row.add(key, fmt::format("a value, as kind = \"{}\" needs it", kind), "nothing");
    return;
  }
  const auto near = nearest_word(kind, names);
  row.add("kind", fmt::format("one of {}", fmt::join(names, ", ")),
          fmt::format("\"{}\"", printable(kind, 60)),
          near ? fmt::format("did you mean \"{}\"?", *near) : std::string());
}

void check_scheme(const std::string& kind, const std::optional<Url>& url, const RowPlace& row,
                  std::span<const Kind> kinds) {
  if (!url) return;
  for (const auto& one : kinds)
    if (one.section == "notify" && one.name == kind && !one.schemes.empty() &&
        std::ranges::find(one.schemes, url->scheme) == one.schemes.end())
      row.add("url", fmt::format("a URL of {}://", fmt::join(one.schemes, ":// or ")));
}

struct NamedUrl {
  std::string_view key;
  const std::optional<Url>& url;
};

void check_clear_text(std::initializer_list<NamedUrl> urls,
                      std::initializer_list<const Credential*> credentials, const RowPlace& row) {
  if (std::ranges::none_of(credentials, [](const Credential* one) { return one->given(); })) return;
  for (const auto& [key, url] : urls)
    if (url && url->scheme == "http" && !is_loopback(url->host))
      row.add(key, "https:// for a host that is not this one, where a credential is sent");
}

}  // namespace

void check_kinds(const Settings& settings, const Node& root, std::span<const Kind> kinds, Report& report) {
  for (std::size_t i = 0; i < settings.accounts.size(); ++i) {
    const auto& row = settings.accounts[i];
    const RowPlace at(root, "account", true, i, report);
    check_kind("account", row.kind, at, kinds);
    check_clear_text({{"base_url", row.base_url}, {"token_url", row.token_url}},
                     {&row.client_secret, &row.refresh_token, &row.password, &row.token}, at);
  }
  for (std::size_t i = 0; i < settings.stocks.size(); ++i)
    check_kind("stock", settings.stocks[i].kind, RowPlace(root, "stock", true, i, report), kinds);
  for (std::size_t i = 0; i < settings.carriers.size(); ++i) {
    const auto& row = settings.carriers[i];
    const RowPlace at(root, "carrier", true, i, report);
    check_kind("carrier", row.kind, at, kinds);
    check_clear_text({{"base_url", row.base_url}, {"token_url", row.token_url}},
                     {&row.client_secret, &row.token}, at);
  }
  for (std::size_t i = 0; i < settings.notifies.size(); ++i) {
    const auto& row = settings.notifies[i];
    const RowPlace at(root, "notify", true, i, report);
    check_kind("notify", row.kind, at, kinds);
    check_scheme(row.kind, row.url, at, kinds);
    check_clear_text({{"url", row.url}}, {&row.password, &row.token}, at);
    if (row.tls == SmtpTls::off && row.url && !is_loopback(row.url->host))
      at.add("tls", "\"required\" for a server that is not this machine");
    if (row.username && !at.gives("password"))
      at.add("password", "password_file or password_credential", "nothing", "a username needs its password");
  }
}

}  // namespace forestall::config
