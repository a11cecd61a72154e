// SPDX-License-Identifier: Apache-2.0
#include "config/settings/kinds.hpp"

namespace forestall::config {

std::span<const Kind> shipped_kinds() {
  // A constant table, built once.
  static const std::vector<Kind> all{
      {"account",
       "amazon",
       {"marketplace", "merchant_id", "client_id", "client_secret", "refresh_token"},
       {}},
      {"stock", "csv", {}, {}},
      {"carrier", "easypost", {"token"}, {}},
      {"carrier", "fedex", {"client_id", "client_secret"}, {}},
      {"carrier", "ups", {"client_id", "client_secret"}, {}},
      {"notify", "smtp", {"url", "from", "to"}, {"smtp", "smtps"}},
      {"notify", "slack", {"secret_url"}, {}},
      {"notify", "webhook", {"url"}, {"http", "https"}},
      {"notify", "alertmanager", {"url"}, {"http", "https"}},
  };
  return all;
}

}  // namespace forestall::config
