// SPDX-License-Identifier: Apache-2.0
// One file, twice: first it is checked to its end, then its rows are told. So a bad file changes nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "config/settings/stock.hpp"
#include "connectors/ports/page.hpp"
#include "connectors/stock/csv/cursor.hpp"
#include "connectors/stock/csv/file_scan.hpp"
#include "connectors/stock/csv/named_skus.hpp"
#include "connectors/tables/table.hpp"

namespace forestall::stock_csv {

class FileReading {
 public:
  enum class Progress : std::uint8_t { slice, done };

  // The last snapshot before this file.
  struct Before {
    std::uint64_t snapshot = 0;  // its version
    bool ends_with_line = false;
  };

  // `memory`: an empty one, or one that is no longer needed. unavailable (may be retried) where the file is
  // no longer the one that was found.
  static Result<FileReading> open(const std::filesystem::path& path, FoundFile file,
                                  const config::StockSettings& settings, Instant now, NamedSkus memory);

  const FoundFile& file() const { return file_; }
  bool is_snapshot() const { return snapshot_; }
  bool is_checked() const { return checked_; }
  // An older snapshot than the last one: nothing of it is told.
  bool is_superseded() const { return superseded_; }
  std::uint64_t version() const { return version_; }  // of a snapshot: its newest row's
  bool ends_with_line() const { return scan_.ends_with_line(); }
  std::size_t named() const { return named_.size(); }  // SKUs, once checked
  // unavailable (may be retried): somebody writes to the file that is being read.
  Status unchanged() const;

  // Call until done. An error is about the file as a whole and begins with its name.
  Result<Progress> check(const Before& before);

  // Adds to the page, at most `most` observations in all; done when it is full or the file is told.
  Result<Progress> tell(ports::Page& page, std::size_t most, const NamedSkus& before);
  bool is_told(const NamedSkus& before) const {
    return superseded_ || (rows_told_ && (!snapshot_ || next_missing_ >= before.size()));
  }
  std::uint64_t next_line() const { return next_line_; }
  std::uint64_t next_missing() const { return next_missing_; }
  // Tells again from there.
  void rewind(std::uint64_t line, std::uint64_t missing);

  NamedSkus take_named() { return std::move(named_); }

 private:
  FileReading(FileScan scan, FoundFile file, const config::StockSettings& settings, Instant now)
      : scan_(std::move(scan)),
        file_(std::move(file)),
        settings_(&settings),
        now_(now),
        snapshot_(file_.kind == tables::Kind::stock && settings.content == config::StockContent::snapshot) {}

  std::unexpected<Error> bad_file(Error error) const;
  Error in_line(std::uint64_t line, Error error) const;
  Status open_table();
  void check_row();
  void count_bad(std::uint64_t line, Error error);
  Status verdict(const Before& before);
  void tell_row(ports::Page& page);
  Progress tell_missing(ports::Page& page, std::size_t most, const NamedSkus& before);

  FileScan scan_;
  FoundFile file_;
  const config::StockSettings* settings_;
  Instant now_;
  bool snapshot_;
  std::optional<tables::Table> table_;
  config::TextEncoding encoding_ = config::TextEncoding::automatic;

  bool checked_ = false;
  bool superseded_ = false;
  std::uint64_t rows_ = 0, good_ = 0, bad_ = 0, elsewhere_ = 0;
  std::uint64_t unattributed_ = 0;  // bad rows whose SKU cannot be read
  std::uint64_t last_bad_line_ = 0, last_line_ = 0;
  std::optional<Error> first_bad_;
  Instant oldest_ = Instant::max(), newest_ = Instant::min();
  std::uint64_t version_ = 0;
  NamedSkus named_;

  bool rows_told_ = false;
  std::uint64_t next_line_ = 0, next_missing_ = 0;
};

}  // namespace forestall::stock_csv
