// SPDX-License-Identifier: Apache-2.0
#include "connectors/carriers/tracking/basic_auth.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "connectors/ports/context.hpp"

namespace forestall::carriers {

Secret basic_credentials(std::string_view user, std::string_view password) {
  std::string plain(user);
  plain.append(":").append(password);
  std::string out(4 * ((plain.size() + 2) / 3) + 1, '\0');
  const int n =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(plain.data()), static_cast<int>(plain.size()));
  out.resize(static_cast<std::size_t>(n));
  return Secret(std::move(out));
}

Result<http::BaseUrl> base_or(const std::optional<config::Url>& configured, std::string_view own) {
  return configured ? ports::base_url(*configured) : http::parse_base_url(own);
}

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace forestall::carriers
