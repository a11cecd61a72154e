// SPDX-License-Identifier: Apache-2.0
// The way of a call: route, token, bucket, fault, operation.
#include "tests/sandbox/amazon/api.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

#include "daemon/backtest/world/draws.hpp"
#include "tests/sandbox/amazon/answers.hpp"

namespace forestall::sandbox {

namespace {

bool path_is(const Request& request, std::string_view method,
             std::initializer_list<std::string_view> pattern) {
  if (request.method != method || request.path.size() != pattern.size()) return false;
  std::size_t i = 0;
  for (const std::string_view segment : pattern) {
    if (segment != "*" ? request.path[i] != segment : request.path[i].empty()) return false;
    ++i;
  }
  return true;
}

}  // namespace

const Amazon::Route* Amazon::find(const Request& request) {
  static constexpr std::array<Route, 11> routes{{
      {"searchOrders", &Amazon::search_orders},
      {"getOrder", &Amazon::get_order},
      {"getListingsItem", &Amazon::get_listing},
      {"searchListingsItems", &Amazon::search_listings},
      {"patchListingsItem", &Amazon::patch_listing},
      {"getInventorySummaries", &Amazon::fba_inventory},
      {"createReport", &Amazon::create_report},
      {"getReport", &Amazon::get_report},
      {"getReports", &Amazon::get_reports},
      {"getReportDocument", &Amazon::report_document},
      {"getMarketplaceParticipations", &Amazon::participations},
  }};
  if (path_is(request, "GET", {"orders", "2026-01-01", "orders"})) return &routes[0];
  if (path_is(request, "GET", {"orders", "2026-01-01", "orders", "*"})) return &routes[1];
  if (path_is(request, "GET", {"listings", "2021-08-01", "items", "*", "*"})) return &routes[2];
  if (path_is(request, "GET", {"listings", "2021-08-01", "items", "*"})) return &routes[3];
  if (path_is(request, "PATCH", {"listings", "2021-08-01", "items", "*", "*"})) return &routes[4];
  if (path_is(request, "GET", {"fba", "inventory", "v1", "summaries"})) return &routes[5];
  if (path_is(request, "POST", {"reports", "2021-06-30", "reports"})) return &routes[6];
  if (path_is(request, "GET", {"reports", "2021-06-30", "reports", "*"})) return &routes[7];
  if (path_is(request, "GET", {"reports", "2021-06-30", "reports"})) return &routes[8];
  if (path_is(request, "GET", {"reports", "2021-06-30", "documents", "*"})) return &routes[9];
  if (path_is(request, "GET", {"sellers", "v1", "marketplaceParticipations"})) return &routes[10];
  return nullptr;
}

bool Amazon::owns(const Request& request) { return request.path.empty() || request.path[0] != "sandbox"; }

Answer Amazon::answer(const Request& request) {
  ++requests_;
  Answer result;
  if (path_is(request, "POST", {"auth", "o2", "token"})) {
    result = token(request);
  } else if (path_is(request, "GET", {"report-documents", "*"})) {
    return download(request);
  } else if (const Route* route = find(request); route == nullptr) {
    // As Amazon answers a path it does not know: a SKU with an unescaped '/' ends here.
    result = error_answer(403, "Unauthorized", "Access to requested resource is denied.");
  } else {
    const auto account = authorise(request);
    if (!account) {
      result = account.error();
    } else {
      const Call call{request, market_.accounts()[*account], *account};
      Calls& calls = call.account.calls[std::string(route->operation)];
      ++calls.calls;
      if (const auto fault = faults_.strike(route->operation, call.account.name)) {
        ++calls.faults;
        result = with_fault(*fault, *route, call);
      } else {
        result = perform(*route, call);
      }
      if (result.status == 429)
        ++calls.throttled;
      else if (result.status >= 400 && result.status < 500)
        ++calls.refused;
    }
  }
  result.headers.emplace_back("x-amzn-RequestId",
                              fmt::format("{:016x}", world::mix(requests_ ^ market_.options().seed)));
  return result;
}

Answer Amazon::perform(const Route& route, const Call& call) {
  if (!throttle_.take(call.index, route.operation, market_.now()))
    return error_answer(429, "QuotaExceeded", "You exceeded your quota for the requested resource.");
  Answer result = (this->*route.run)(call);
  if (const Rate* rate = documented_rate(route.operation))
    result.headers.emplace_back("x-amzn-RateLimit-Limit", fmt::format("{}", rate->per_second));
  return result;
}

Answer Amazon::with_fault(const Fault& fault, const Route& route, Call call) {
  switch (fault.kind) {
    case FaultKind::timeout:
      return {.delivery = Delivery::never};
    case FaultKind::reset:
      return {.delivery = Delivery::reset};
    case FaultKind::status: {
      Answer result = error_answer(fault.status, fault.status == 429 ? "QuotaExceeded" : "InternalFailure",
                                   "We encountered an internal error. Please try again.");
      if (fault.html) {
        result.body = "<html><head><title>Service Unavailable</title></head><body>Try later.</body></html>";
        result.content_type = "text/html";
      }
      if (fault.retry_after >= 0)
        result.headers.emplace_back("Retry-After", fmt::format("{}", fault.retry_after));
      return result;
    }
    case FaultKind::delay_live:
      call.delay = fault.delay;
      return perform(route, call);
    default:
      break;
  }
  Answer result = perform(route, call);
  switch (fault.kind) {
    case FaultKind::truncated:
      result.delivery = Delivery::truncated;
      break;
    case FaultKind::invalid_json:
      result.body = "{\"orders\": [ {\"orderId\": ";
      break;
    case FaultKind::lost_answer:
      result.delivery = Delivery::reset;
      break;
    case FaultKind::late_answer:
      result.not_before = market_.now() + fault.delay;
      break;
    default:
      break;
  }
  return result;
}

// Login with Amazon: the refresh token grant. Access tokens live an hour.
Answer Amazon::token(const Request& request) {
  std::string_view account;
  Request form;
  form.query = parse_form(request.body);
  for (const Account& known : market_.accounts())
    if (form.parameter("client_id") == known.client) account = known.name;
  if (const auto fault = faults_.strike("token", account)) {
    static constexpr Route none{"token", nullptr};
    if (fault->kind <= FaultKind::status) {
      Request empty;
      Call call{empty, market_.accounts().front(), 0};
      return with_fault(*fault, none, call);
    }
    Answer result = issue_token(form);
    if (fault->kind == FaultKind::truncated) result.delivery = Delivery::truncated;
    if (fault->kind == FaultKind::invalid_json) result.body = "{\"access_token\": ";
    if (fault->kind == FaultKind::lost_answer) result.delivery = Delivery::reset;
    if (fault->kind == FaultKind::late_answer) result.not_before = market_.now() + fault->delay;
    return result;
  }
  return issue_token(form);
}

Answer Amazon::issue_token(const Request& form) {
  const auto refuse = [](int status, std::string_view error, std::string_view text) {
    return json_answer(boost::json::object{{"error", error}, {"error_description", text}}, status);
  };
  if (form.parameter("grant_type") != "refresh_token")
    return refuse(400, "unsupported_grant_type", "The authorization grant type is not supported.");
  for (std::size_t i = 0; i < market_.accounts().size(); ++i) {
    const Account& account = market_.accounts()[i];
    if (form.parameter("client_id") != account.client) continue;
    if (form.parameter("client_secret") != account.secret)
      return refuse(401, "invalid_client", "Client authentication failed.");
    if (form.parameter("refresh_token") != account.refresh_token)
      return refuse(400, "invalid_grant", "The request has an invalid grant parameter : refresh_token.");
    const std::string token = fmt::format("Atza|sandbox-{}-{:016x}", i + 1,
                                          world::mix(++tokens_issued_ ^ (market_.options().seed << 20)));
    access_tokens_[token] = {i, market_.now() + std::chrono::hours{1}};
    return json_answer(boost::json::object{{"access_token", token},
                                           {"refresh_token", account.refresh_token},
                                           {"token_type", "bearer"},
                                           {"expires_in", 3600}});
  }
  return refuse(401, "invalid_client", "Client authentication failed.");
}

std::expected<std::size_t, Answer> Amazon::authorise(const Request& request) {
  const auto refuse = [](std::string_view details) {
    return std::unexpected(
        error_answer(403, "Unauthorized", "Access to requested resource is denied.", details));
  };
  if (request.user_agent.empty())
    return std::unexpected(error_answer(400, "InvalidInput", "The User-Agent header is missing."));
  if (request.access_token.empty()) return refuse("Access token is missing in the request header.");
  const auto found = access_tokens_.find(request.access_token);
  if (found == access_tokens_.end())
    return refuse("The access token you provided is revoked, malformed or invalid.");
  if (found->second.expires <= market_.now()) return refuse("The access token you provided has expired.");
  return found->second.account;
}

std::string Amazon::keep_page(Page page) {
  std::erase_if(pages_, [&](const auto& entry) { return entry.second.expires <= market_.now(); });
  const std::string token =
      fmt::format("{:016x}+/{}==", world::mix(++pages_kept_ ^ market_.options().seed), pages_kept_);
  pages_.emplace(token, std::move(page));
  return token;
}

const Page* Amazon::page_of(const Call& call, std::string_view token, std::string_view operation) {
  const auto found = pages_.find(token);
  if (found == pages_.end()) return nullptr;
  const Page& page = found->second;
  const bool good = page.account == call.index && page.operation == operation && page.expires > market_.now();
  return good ? &page : nullptr;
}

Answer Amazon::participations(const Call& call) {
  const Account& account = call.account;
  using boost::json::array;
  using boost::json::object;
  const object entry{{"marketplace", object{{"id", account.marketplace},
                                            {"name", account.domain.substr(4)},
                                            {"countryCode", account.country},
                                            {"defaultCurrencyCode", account.currency},
                                            {"defaultLanguageCode", account.language},
                                            {"domainName", account.domain}}},
                     {"participation", object{{"isParticipating", true}, {"hasSuspendedListings", false}}},
                     {"storeName", "Sandbox " + account.name}};
  return json_answer(object{{"payload", array{entry}}});
}

}  // namespace forestall::sandbox
