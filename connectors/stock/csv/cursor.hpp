// SPDX-License-Identifier: Apache-2.0
// Which files have been read, as text of bounded length. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/base/error.hpp"
#include "connectors/stock/csv/folder.hpp"

namespace forestall::stock_csv {

// The files of one kind that were read, without naming each: up to which name, how many, and the sum of their
// fingerprints. When one of them vanished or changed the sum no longer fits, and all of the kind are read
// again: by the versions of their rows that changes nothing but what is new.
struct ReadFiles {
  std::string through;
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  friend bool operator==(const ReadFiles&, const ReadFiles&) = default;
};

struct Position {
  tables::Kind kind = tables::Kind::stock;
  std::string name;
  std::uint64_t fingerprint = 0;
  std::uint64_t line = 0;     // rows that begin before it were told
  std::uint64_t missing = 0;  // SKUs missing from a snapshot that were told
  friend bool operator==(const Position&, const Position&) = default;
};

struct FolderCursor {
  std::array<ReadFiles, tables::stock_kinds.size()> read;
  std::uint64_t snapshot = 0;   // version of the last whole snapshot, 0 for none
  bool ends_with_line = false;  // that file ended with a line end
  std::optional<Position> at;   // in the middle of a file
  friend bool operator==(const FolderCursor&, const FolderCursor&) = default;
};

std::string to_text(const FolderCursor& cursor);
// parse: text that to_text() did not write. Empty text is the beginning.
Result<FolderCursor> parse_cursor(std::string_view text);

// The files of `kind` up to `through` are those that were read.
bool covers(const ReadFiles& read, tables::Kind kind, std::span<const FoundFile> files);

}  // namespace forestall::stock_csv
