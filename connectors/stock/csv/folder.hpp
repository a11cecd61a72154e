// SPDX-License-Identifier: Apache-2.0
// Which files lie in the watched place, of which kind they are, and whether one is still the same.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/time.hpp"
#include "connectors/tables/table.hpp"

namespace forestall::stock_csv {

// What the file system says of a file. Equal stamps: nobody has touched it.
struct Stamp {
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t written_ns = 0;  // mtime
  std::int64_t changed_ns = 0;  // ctime: also set by a rename, a chmod, a touch
  friend auto operator<=>(const Stamp&, const Stamp&) = default;
  Instant written() const { return Instant(Millis(written_ns / 1'000'000)); }
};

struct FoundFile {
  tables::Kind kind = tables::Kind::stock;
  std::string name;  // within the folder
  Stamp stamp;
  friend auto operator<=>(const FoundFile& a, const FoundFile& b) {
    if (const auto order = a.kind <=> b.kind; order != 0) return order;
    return a.name <=> b.name;
  }
  friend bool operator==(const FoundFile&, const FoundFile&) = default;
  // Of name and stamp; another for another content.
  std::uint64_t fingerprint() const;
};

// "counts-x.csv", "counts.csv", "failed-picks-x.csv", "receipts-x.csv"; any other name is stock.
tables::Kind kind_by_name(std::string_view name);
// A name of at most 255 bytes of UTF-8 without control characters.
bool is_plain_name(std::string_view name);
// A file with the ending csv, tsv or txt that is not hidden.
bool is_table_name(std::string_view name);

Result<Stamp> stamp_of(const std::filesystem::path& file);

// The files of a place, some at a time. `path` may be one file (always of stock) or a folder.
class FolderScan {
 public:
  // not_found and io (may be retried) name the path.
  static Result<FolderScan> open(const std::filesystem::path& path);
  // Looks at up to `most` entries; true when that was the last. too_large beyond 20,000 files.
  Result<bool> step(std::size_t most);
  // After the last: stock first, then counts, failed picks, receipts; each by name.
  std::vector<FoundFile> take();

 private:
  struct Close {
    void operator()(void* folder) const;
  };
  std::filesystem::path path_;
  std::unique_ptr<void, Close> folder_;  // a DIR
  std::vector<FoundFile> files_;
};

}  // namespace forestall::stock_csv
