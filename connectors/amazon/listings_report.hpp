// SPDX-License-Identifier: Apache-2.0
// The report of all listings (GET_MERCHANT_LISTINGS_ALL_DATA), read a piece at a time: tab-separated,
// normally gzipped, larger than one likes to hold. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/amazon/decoded.hpp"
#include "connectors/amazon/place.hpp"
#include "connectors/csv/header.hpp"
#include "connectors/csv/reader.hpp"
#include "connectors/http/inflate.hpp"

namespace forestall::amazon {

// When what a report says was true. It was asked for at `asked`, and rows up to 80 minutes old have been seen
// in it (selling-partner-api-docs#1299): as version they get a time two hours before, so that whatever was
// read of a listing directly since then counts for more.
inline constexpr std::chrono::hours report_lag{2};

class ListingsReport {
 public:
  // `charset` as the download's Content-Type has it, in lower case; empty: UTF-8 or Windows-1252.
  ListingsReport(std::string bytes, bool gzip, std::string charset, Place place, Instant asked);

  // Reads on: at most `most_rows` rows and about `most_bytes` bytes of text, whichever comes first. parse,
  // too_large: the report as a whole cannot be read; what was told before stands.
  Result<Decoded> read(std::uint64_t most_rows, std::size_t most_bytes);
  // Passes over rows that were told before, in the same pieces.
  Status skip_to(std::uint64_t row, std::size_t most_bytes);
  bool at_end() const { return ended_; }
  std::uint64_t rows() const { return rows_; }  // read or passed over, bad ones included
  std::size_t bytes_held() const { return bytes_.size() + text_.capacity(); }

 private:
  enum class Step : std::uint8_t { row, bad_row, pause, end };
  Result<Step> next(std::size_t& budget);
  Status feed(std::size_t& budget);
  Status read_header();
  void read_row(Decoded& out) const;

  std::string bytes_;  // as downloaded
  std::size_t used_ = 0;
  std::optional<http::Inflater> inflater_;
  std::string text_;  // the piece that the reader is at
  csv::Reader reader_;
  Place place_;
  Instant asked_;
  bool other_charset_ = false;  // neither UTF-8 nor Windows-1252: only ASCII can be trusted
  bool finished_ = false;       // no more bytes
  bool ended_ = false;
  std::uint64_t rows_ = 0;
  struct Columns {
    std::size_t count = 0, sku = 0, quantity = 0;
    std::optional<std::size_t> price, channel, status;
  };
  std::optional<Columns> columns_;
};

}  // namespace forestall::amazon
