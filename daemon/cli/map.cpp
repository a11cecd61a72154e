// SPDX-License-Identifier: Apache-2.0
// forestall map: which listings nobody can attribute to a SKU, and why.
#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "config/base/ids.hpp"
#include "daemon/cli/answer.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/endpoint.hpp"

namespace forestall::cli {
namespace {

namespace json = boost::json;

Exit not_understood(Invocation& invocation) {
  invocation.err += "forestall: the daemon's answer is not what this version understands\n";
  return Exit::failed;
}

// The sellers that the daemon serves.
std::expected<std::vector<std::string>, Exit> all_sellers(Invocation& invocation) {
  const auto fetched = get(invocation, "/api/v1/status");
  if (!fetched) return std::unexpected(fetched.error());
  json::error_code ec;
  const auto status = json::parse(fetched->body, ec);
  if (ec || !status.is_object()) return std::unexpected(not_understood(invocation));
  std::vector<std::string> sellers;
  for (const auto& ledger : rows(status.as_object(), "ledgers")) sellers.push_back(text(ledger, "seller"));
  return sellers;
}

// True where there is something to look at.
bool render(const json::object& answer, Invocation& invocation) {
  const auto seller = text(answer, "seller");
  const auto refused = text(answer, "refused");
  const auto counts = part(answer, "counts");
  const auto file = part(answer, "file");
  auto& out = invocation.out;
  if (!refused.empty())
    out += fmt::format("{}: {}\n  the former mapping stays in force\n", seller,
                       toned(invocation.terminal, Tone::bad, "mapping refused: " + refused));
  const auto listings = number(counts, "listings");
  const auto without = number(counts, "without_sku");
  const auto ambiguous = number(counts, "ambiguous");
  const auto problems = number(file, "problem_count");
  out +=
      fmt::format("{}: {} listing(s), {} without a SKU, {} ambiguous in the file, {} row(s) with problems\n",
                  seller, listings, without, ambiguous, problems);
  std::vector<Row> listed;
  for (const std::string_view kind : {"ambiguous", "unmapped"})
    for (const auto& listing : rows(answer, kind))
      listed.push_back({{text(listing, "account")},
                        {text(listing, "listing")},
                        {std::string(kind), Tone::warning},
                        {text(listing, "reason")}});
  if (!listed.empty()) out += table(invocation.terminal, {"ACCOUNT", "LISTING", "IS", "WHY"}, listed);
  std::vector<Row> lines;
  for (const auto& problem : rows(file, "problems"))
    lines.push_back(
        {{fmt::format("{}:{}", text(file, "path"), number(problem, "line"))}, {text(problem, "problem")}});
  if (!lines.empty()) out += table(invocation.terminal, {"ROW", "PROBLEM"}, lines);
  return !refused.empty() || without > 0 || ambiguous > 0 || problems > 0 || !truth(answer, "in_force");
}

}  // namespace

Exit run_map(Invocation& invocation) {
  std::vector<std::string> sellers;
  if (invocation.has("seller")) {
    const auto seller = SellerId::parse(invocation.value("seller"));
    if (!seller) {
      invocation.err += fmt::format("forestall: {}\n", seller.error().detail);
      return Exit::usage;
    }
    sellers.push_back(seller->str());
  } else {
    auto all = all_sellers(invocation);
    if (!all) return all.error();
    sellers = std::move(*all);
  }
  const std::string limit = invocation.has("--limit") ? std::string(invocation.value("--limit")) : "100";
  if (limit.empty() || limit.find_first_not_of("0123456789") != std::string::npos) {
    invocation.err += "forestall: --limit: a number from 0 to 1000\n";
    return Exit::usage;
  }
  bool findings = false;
  for (const auto& seller : sellers) {
    const auto fetched = get(invocation, fmt::format("/api/v1/sellers/{}/mapping?limit={}", seller, limit));
    if (!fetched) return fetched.error();
    json::error_code ec;
    const auto answer = json::parse(fetched->body, ec);
    if (ec || !answer.is_object()) return not_understood(invocation);
    if (!invocation.global.json) {
      findings |= render(answer.as_object(), invocation);
      continue;
    }
    Invocation scratch = invocation;  // the same verdict, another rendering
    findings |= render(answer.as_object(), scratch);
    invocation.out += fetched->body + "\n";
  }
  return findings ? Exit::findings : Exit::ok;
}

}  // namespace forestall::cli
