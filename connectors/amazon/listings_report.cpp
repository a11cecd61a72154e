// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/listings_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/text.hpp"
#include "connectors/csv/encoding.hpp"

namespace forestall::amazon {

namespace {

constexpr std::size_t piece_bytes = 4 << 10;  // compressed; a thousand times that at the very worst
constexpr std::size_t most_unpacked = std::size_t{8} << 20;
// Descriptions hold up to 2,000 letters; forty columns.
constexpr csv::Limits limits{.max_field_bytes = std::size_t{64} << 10,
                             .max_row_bytes = std::size_t{256} << 10,
                             .max_fields = 128,
                             .max_bytes = std::uint64_t{8} << 30};
constexpr std::size_t most_set_aside = 100;

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

model::ListingActivity activity_of(std::string_view status, std::optional<Units> quantity) {
  const auto word = to_lower(trim(status));
  if (word.empty()) return model::ListingActivity::unknown;
  if (word == "active") return model::ListingActivity::active;
  // "Inactive" is what a sold-out listing says as well as a closed one.
  if (word == "inactive" && quantity == Units{}) return model::ListingActivity::active;
  return model::ListingActivity::inactive;
}

}  // namespace

ListingsReport::ListingsReport(std::string bytes, bool gzip, std::string charset, Place place, Instant asked)
    : bytes_(std::move(bytes)),
      reader_('\t', limits, csv::Quotes::plain),
      place_(std::move(place)),
      asked_(asked),
      other_charset_(!charset.empty() && charset != "utf-8" && charset != "utf8" && charset != "us-ascii" &&
                     charset != "iso-8859-1" && charset != "windows-1252" && charset != "cp1252") {
  if (gzip) inflater_.emplace(http::ContentCoding::gzip);
}

// The next piece of text for the reader, or the end of it.
Status ListingsReport::feed(std::size_t& budget) {
  text_.clear();
  while (text_.empty() && used_ < bytes_.size()) {
    const auto piece = std::string_view(bytes_).substr(used_, piece_bytes);
    if (inflater_) {
      if (auto ok = inflater_->feed(piece, text_, most_unpacked); !ok) return ok;
    } else {
      text_ = piece;
    }
    used_ += piece.size();
  }
  if (!text_.empty()) {
    budget -= std::min(budget, text_.size());
    reader_.feed(text_);
    return {};
  }
  if (inflater_)
    if (auto ok = inflater_->finish(); !ok) return ok;
  finished_ = true;
  reader_.finish();
  return {};
}

Result<ListingsReport::Step> ListingsReport::next(std::size_t& budget) {
  for (;;) {
    switch (reader_.next()) {
      case csv::Reader::Step::row:
        return Step::row;
      case csv::Reader::Step::bad_row:
        return Step::bad_row;
      case csv::Reader::Step::end:
        ended_ = true;
        return Step::end;
      case csv::Reader::Step::failed:
        return std::unexpected(reader_.error());
      case csv::Reader::Step::more:
        if (budget == 0) return Step::pause;
        if (auto ok = feed(budget); !ok) return std::unexpected(ok.error());
    }
  }
}

Status ListingsReport::read_header() {
  auto header = csv::Header::parse(reader_.row().fields);
  if (!header) return std::unexpected(header.error());
  const auto sku = header->require("seller-sku"), quantity = header->require("quantity");
  if (!sku) return std::unexpected(sku.error());
  if (!quantity) return std::unexpected(quantity.error());
  columns_ = Columns{.count = header->size(),
                     .sku = *sku,
                     .quantity = *quantity,
                     .price = header->find("price"),
                     .channel = header->find("fulfillment-channel"),
                     .status = header->find("status")};
  return {};
}

void ListingsReport::read_row(Decoded& out) const {
  const auto& row = reader_.row();
  const auto aside = [&](std::string_view why) {
    if (out.set_aside.size() < most_set_aside)
      out.set_aside.push_back({ErrorCode::parse, false, fmt::format("line {}: {}", row.line, why)});
  };
  if (row.fields.size() != columns_->count)
    return aside(fmt::format("{} columns instead of {}", row.fields.size(), columns_->count));
  const auto field = [&](const std::optional<std::size_t>& at) {
    return at ? row.fields[*at] : std::string_view();
  };
  const auto raw = row.fields[columns_->sku];
  if (other_charset_ && !is_ascii(raw)) return aside("a seller-sku in an encoding that is not read");
  const auto text = csv::decode(raw, csv::Encoding::automatic);
  if (!text) return aside(text.error().detail);
  auto sku = ListingId::parse(text->view());
  if (!sku) return aside(sku.error().detail);
  model::ListingState state;
  state.from = {place_.source, model::Version::of(asked_ - report_lag), asked_};
  state.account = place_.account;
  state.listing = std::move(*sku);
  if (const auto written = trim(row.fields[columns_->quantity]); !written.empty()) {
    const auto quantity = parse_integer<std::int64_t>(written);
    if (!quantity || *quantity < 0 || *quantity > Units::max_reading)
      return aside(fmt::format("quantity: \"{}\"", printable(written, 20)));
    state.quantity = Units(*quantity);
  }
  state.activity = activity_of(field(columns_->status), state.quantity);
  const auto price = Money::parse(trim(field(columns_->price)), place_.currency);
  std::optional<model::PriceObserved> observed;
  if (price && price->minor() >= 0)
    observed = model::PriceObserved{state.from, state.account, state.listing, *price};
  const auto place = fmt::format("line {}", row.line);
  out.add(std::move(state), place);
  if (observed) out.add(std::move(*observed), place);
}

Result<Decoded> ListingsReport::read(std::uint64_t most_rows, std::size_t most_bytes) {
  Decoded out;
  std::size_t budget = most_bytes;
  for (std::uint64_t rows = 0; rows < most_rows && !ended_;) {
    const auto step = next(budget);
    if (!step) return std::unexpected(step.error());
    if (*step == Step::pause || *step == Step::end) break;
    if (!columns_) {
      if (*step == Step::bad_row) return std::unexpected(reader_.error());
      if (auto ok = read_header(); !ok) return std::unexpected(ok.error());
      continue;
    }
    ++rows;
    ++rows_;
    if (*step == Step::row)
      read_row(out);
    else if (out.set_aside.size() < most_set_aside)
      out.set_aside.push_back(reader_.error());
  }
  if (ended_ && !columns_) return fail(ErrorCode::parse, "the report is empty: not even a header");
  return out;
}

Status ListingsReport::skip_to(std::uint64_t row, std::size_t most_bytes) {
  std::size_t budget = most_bytes;
  while (rows_ < row && !ended_) {
    const auto step = next(budget);
    if (!step) return std::unexpected(step.error());
    if (*step == Step::pause || *step == Step::end) break;
    if (columns_) {
      ++rows_;
    } else {
      if (*step == Step::bad_row) return std::unexpected(reader_.error());
      if (auto ok = read_header(); !ok) return ok;
    }
  }
  return {};
}

}  // namespace forestall::amazon
