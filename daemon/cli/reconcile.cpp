// SPDX-License-Identifier: Apache-2.0
// forestall reconcile: everything of an account is read again, now. forestall accept: a source of stock is
// believed.
#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "config/base/ids.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/endpoint.hpp"

namespace forestall::cli {
namespace json = boost::json;

namespace {

// The seller of an account or of a source of stock, as the daemon knows it; empty where it knows no such one.
std::string seller_of(std::string_view status, std::string_view section, std::string_view key,
                      std::string_view wanted) {
  json::error_code ec;
  const auto parsed = json::parse(status, ec);
  const auto* accounts = !ec && parsed.is_object() ? parsed.as_object().if_contains(section) : nullptr;
  if (accounts == nullptr || !accounts->is_array()) return {};
  for (const auto& one : accounts->as_array()) {
    if (!one.is_object()) continue;
    const auto* id = one.as_object().if_contains(key);
    const auto* seller = one.as_object().if_contains("seller");
    if (id != nullptr && id->is_string() && id->as_string() == wanted && seller != nullptr &&
        seller->is_string())
      return std::string(seller->as_string());
  }
  return {};
}

}  // namespace

Exit run_reconcile(Invocation& invocation) {
  const auto account = AccountId::parse(invocation.value("account"));
  if (!account) {
    invocation.err += fmt::format("forestall: {}\n", account.error().detail);
    return Exit::usage;
  }
  const auto status = get(invocation, "/api/v1/status");
  if (!status) return status.error();
  const auto seller = seller_of(status->body, "accounts", "id", account->str());
  if (seller.empty()) {
    invocation.err += fmt::format("forestall: the daemon has no account \"{}\"\n", account->str());
    return Exit::refused;
  }
  const bool from_start = invocation.has("--from-start");
  const auto done = post(invocation,
                         fmt::format("/api/v1/sellers/{}/accounts/{}/reconcile{}", seller, account->str(),
                                     from_start ? "?from_start=true" : ""),
                         202);
  if (!done) return done.error();
  if (invocation.global.json)
    invocation.out += done->body + "\n";
  else
    invocation.out += fmt::format("{}: reading everything again{}; `forestall status` shows how far it is\n",
                                  account->str(), from_start ? " from the beginning" : "");
  return Exit::ok;
}

Exit run_accept(Invocation& invocation) {
  const auto source = SourceId::parse(invocation.value("source"));
  if (!source) {
    invocation.err += fmt::format("forestall: {}\n", source.error().detail);
    return Exit::usage;
  }
  const auto status = get(invocation, "/api/v1/status");
  if (!status) return status.error();
  const auto seller = seller_of(status->body, "stock", "source", source->str());
  if (seller.empty()) {
    invocation.err += fmt::format("forestall: the daemon has no source of stock \"{}\"\n", source->str());
    return Exit::refused;
  }
  const auto done =
      post(invocation, fmt::format("/api/v1/sellers/{}/stock/{}/accept", seller, source->str()), 202);
  if (!done) return done.error();
  invocation.out += invocation.global.json
                        ? done->body + "\n"
                        : fmt::format("{}: the next reading is taken as it is\n", source->str());
  return Exit::ok;
}

}  // namespace forestall::cli
