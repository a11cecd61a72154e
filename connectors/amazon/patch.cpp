// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/patch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "config/base/text.hpp"
#include "connectors/amazon/cursor.hpp"
#include "connectors/json/document.hpp"

namespace forestall::amazon {

namespace {

constexpr std::size_t max_records = 100;

std::vector<FulfilmentRecord> own(std::span<const FulfilmentRecord> records) {
  std::vector<FulfilmentRecord> kept;
  for (const auto& record : records)
    if (!record.amazons()) kept.push_back(record);
  // DEFAULT first: it takes what nothing else decides.
  const auto standard = std::ranges::find(kept, "DEFAULT", &FulfilmentRecord::code);
  if (standard != kept.end()) std::rotate(kept.begin(), standard, standard + 1);
  return kept;
}

std::vector<std::int64_t> weights(std::span<const FulfilmentRecord> to,
                                  std::span<const FulfilmentRecord> of) {
  std::vector<std::int64_t> found;
  for (const auto& record : to) {
    const auto same = std::ranges::find(of, record.code, &FulfilmentRecord::code);
    found.push_back(same != of.end() ? same->quantity.value_or(Units{}).count() : 0);
  }
  return found;
}

std::int64_t sum(std::span<const std::int64_t> numbers) {
  std::int64_t all = 0;
  for (const auto number : numbers) all += number;
  return all;
}

}  // namespace

std::string restore_text(std::span<const FulfilmentRecord> records) {
  CursorText text("restore", 1);
  std::size_t n = 0;
  for (const auto& record : own(records)) {
    if (n == max_records) break;
    text.set(fmt::format("c{}", n), record.code);
    if (record.quantity)
      text.set(fmt::format("q{}", n), static_cast<std::uint64_t>(record.quantity->count()));
    ++n;
  }
  return text.str();
}

std::vector<FulfilmentRecord> read_restore(std::string_view text) {
  const auto parsed = CursorText::parse(text);
  if (!parsed || !parsed->is("restore", 1)) return {};
  std::vector<FulfilmentRecord> records;
  for (std::size_t n = 0; n < max_records; ++n) {
    const auto code = parsed->text(fmt::format("c{}", n));
    if (!code) break;
    FulfilmentRecord record{.code = *code, .quantity = {}};
    if (const auto quantity = parsed->number(fmt::format("q{}", n));
        quantity && *quantity <= static_cast<std::uint64_t>(Units::max_reading))
      record.quantity = Units(static_cast<std::int64_t>(*quantity));
    records.push_back(std::move(record));
  }
  return records;
}

std::vector<FulfilmentRecord> share_out(Units total, std::span<const FulfilmentRecord> now,
                                        std::span<const FulfilmentRecord> before) {
  auto shares = own(now);
  auto weight = weights(shares, now);
  if (sum(weight) == 0) weight = weights(shares, before);
  const auto all = sum(weight);
  if (all == 0 && !weight.empty()) weight.front() = 1;
  const auto whole = std::max<std::int64_t>(all, 1);
  // Largest remainders (Hamilton), so that the shares add up to the total exactly.
  std::vector<std::pair<std::int64_t, std::size_t>> remainders;
  std::int64_t left = total.count();
  for (std::size_t i = 0; i < shares.size(); ++i) {
    __extension__ using Wide = __int128;
    const Wide exact = Wide{total.count()} * weight[i];
    const auto share = static_cast<std::int64_t>(exact / whole);
    shares[i].quantity = Units(share);
    left -= share;
    remainders.emplace_back(-static_cast<std::int64_t>(exact % whole), i);
  }
  std::ranges::sort(remainders);
  for (std::size_t i = 0; left > 0 && i < remainders.size(); ++i, --left)
    *shares[remainders[i].second].quantity += Units(1);
  return shares;
}

http::Request patch_quantities(const Place& place, std::string_view sku,
                               std::span<const FulfilmentRecord> quantities, Patch mode) {
  namespace bj = boost::json;
  bj::array values;
  for (const auto& record : quantities)
    values.push_back(
        bj::object{{"fulfillment_channel_code", bj::string_view(record.code.data(), record.code.size())},
                   {"quantity", record.quantity.value_or(Units{}).count()}});
  // An offer-only patch may say PRODUCT whatever the product's own type is.
  const bj::object body{{"productType", "PRODUCT"},
                        {"patches", bj::array{bj::object{{"op", "merge"},
                                                         {"path", "/attributes/fulfillment_availability"},
                                                         {"value", std::move(values)}}}}};
  http::Request request;
  request.method = http::Method::patch;
  request.path = http::make_path({"listings", "2021-08-01", "items", place.merchant, sku});
  request.query.add("marketplaceIds", place.marketplace).add("includedData", "issues");
  if (mode == Patch::preview) request.query.add("mode", "VALIDATION_PREVIEW");
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = bj::serialize(body);
  return request;
}

Result<ports::WriteReceipt> decode_patch(std::string_view body, Patch mode) {
  const auto unclear = [](const Error& why) {
    return fail(ErrorCode::outcome_unknown, fmt::format("the answer cannot be read: {}", why.detail));
  };
  auto document = json::Document::parse(body, {.bytes = 1 << 20});
  if (!document) return unclear(document.error());
  const json::Node root = document->root();
  const std::string status(root["status"].text());
  if (auto bad = document->take_error()) return unclear(*bad);
  ports::WriteReceipt receipt;
  receipt.reference = printable(root["submissionId"].maybe_text().value_or(""), 64);
  // What is wrong with a remark does not change what the status says.
  std::string reasons;
  (void)document->take_error();
  for (const json::Node issue : root["issues"].maybe_array()) {
    const auto text = fmt::format("{}: {}", printable(issue["code"].maybe_text().value_or("?"), 40),
                                  printable(issue["message"].maybe_text().value_or(""), 200));
    const bool error = issue["severity"].maybe_text() == std::string_view("ERROR");
    if (error && reasons.size() < 600) reasons += (reasons.empty() ? "" : "; ") + text;
    if (receipt.warnings.size() < 20) receipt.warnings.push_back(text);
  }
  (void)document->take_error();
  if (status == (mode == Patch::preview ? "VALID" : "ACCEPTED")) return receipt;
  if (status == "INVALID")
    return fail(ErrorCode::invalid_argument,
                reasons.empty() ? std::string("Amazon refuses it and gives no reason") : reasons);
  return fail(ErrorCode::outcome_unknown, fmt::format("Amazon answered \"{}\"", printable(status, 40)));
}

}  // namespace forestall::amazon
