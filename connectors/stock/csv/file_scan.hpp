// SPDX-License-Identifier: Apache-2.0
// The rows of one file, read in slices: little memory whatever its size, and a pause after each slice.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "config/base/error.hpp"
#include "config/settings/stock.hpp"
#include "connectors/csv/encoding.hpp"
#include "connectors/csv/reader.hpp"
#include "connectors/stock/csv/folder.hpp"

namespace forestall::stock_csv {

class FileScan {
 public:
  enum class Step : std::uint8_t {
    row,
    bad_row,  // error() says why; reading goes on
    slice,    // 64 KiB were read: let others run, then go on
    end,
    failed,  // error() says why; the file has no meaning from here on
  };

  // The file stays open: what is renamed over it does not change what is read. io (may be retried).
  static Result<FileScan> open(const std::filesystem::path& path, config::TextEncoding encoding,
                               config::Separator separator);
  // The same open file from its beginning.
  FileScan again(config::TextEncoding encoding) const;
  Step next();
  const csv::Row& row() const { return reader_->row(); }
  const Error& error() const { return error_; }
  // Where `failed`: automatic took it for UTF-8, and it is not. To be opened again as Windows-1252.
  bool is_not_utf8() const { return not_utf8_; }
  // After `end`: the last byte is a line end.
  bool ends_with_line() const { return last_byte_ == '\n'; }
  std::uint64_t bytes() const { return offset_; }
  // The open file as it is now.
  Result<Stamp> stamp() const;

 private:
  FileScan() = default;
  Step fill();
  Step stop(Error error);

  std::shared_ptr<const int> fd_;
  csv::Encoding encoding_ = csv::Encoding::utf8;
  bool automatic_ = false;  // no mark at its beginning has settled the encoding
  bool not_utf8_ = false;
  config::Separator separator_ = config::Separator::automatic;
  std::unique_ptr<csv::Reader> reader_;  // after the first slice
  std::string raw_;                      // a slice, and the beginning of the next line
  std::size_t used_ = 0;                 // of raw_, handed on
  std::optional<csv::Text> text_;
  std::uint64_t offset_ = 0;
  std::uint64_t lines_ = 0;
  char last_byte_ = '\0';
  bool at_end_ = false;
  Error error_;
};

}  // namespace forestall::stock_csv
