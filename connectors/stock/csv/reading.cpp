// SPDX-License-Identifier: Apache-2.0
#include "connectors/stock/csv/reading.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/text.hpp"
#include "connectors/model/words.hpp"

namespace forestall::stock_csv {
namespace {

using model::StockLevel;

constexpr std::size_t lookups_a_slice = 10'000;

}  // namespace

Result<FileReading> FileReading::open(const std::filesystem::path& path, FoundFile file,
                                      const config::StockSettings& settings, Instant now, NamedSkus memory) {
  auto scan = FileScan::open(path, settings.encoding, settings.separator);
  if (!scan) return fail_in(printable(file.name, 300), std::move(scan.error()));
  FileReading reading(std::move(*scan), std::move(file), settings, now);
  reading.encoding_ = settings.encoding;
  reading.named_ = std::move(memory);
  reading.named_.clear();
  if (auto ok = reading.unchanged(); !ok) return std::unexpected(std::move(ok.error()));
  return reading;
}

Status FileReading::unchanged() const {
  const auto stamp = scan_.stamp();
  if (!stamp) return bad_file(stamp.error());
  // Not the time of change: a rename over the open file is one.
  if (stamp->inode == file_.stamp.inode && stamp->size == file_.stamp.size &&
      stamp->written_ns == file_.stamp.written_ns)
    return {};
  return bad_file({ErrorCode::unavailable, true, "somebody writes to it while it is read"});
}

std::unexpected<Error> FileReading::bad_file(Error error) const {
  return fail_in(printable(file_.name, 300), std::move(error));
}

Error FileReading::in_line(std::uint64_t line, Error error) const {
  error.detail = fmt::format("{}:{}: {}", printable(file_.name, 300), line, error.detail);
  return error;
}

Status FileReading::open_table() {
  const tables::Given given{
      .source = settings_->id,
      .location = settings_->location,
      .only_location = true,
      .pool = model::parse_word<model::Pool>(settings_->pool).value_or(model::Pool::own),
      .zone = settings_->time_zone.value_or(TimeZone::utc()),
      .decimal_mark = settings_->decimal_mark,
      .file_time = file_.stamp.written(),
      .now = now_};
  auto table = tables::Table::open(file_.kind, scan_.row().fields, settings_->columns, given);
  if (!table) return std::unexpected(in_line(scan_.row().line, std::move(table.error())));
  table_ = std::move(*table);
  return {};
}

void FileReading::count_bad(std::uint64_t line, Error error) {
  ++bad_;
  last_bad_line_ = line;
  if (!first_bad_) first_bad_ = in_line(line, std::move(error));
}

void FileReading::check_row() {
  ++rows_;
  const auto& row = scan_.row();
  last_line_ = row.line;
  const auto read = table_->read(row.fields);
  if (!read) {
    count_bad(row.line, read.error());
    if (!snapshot_) return;
    // It was named: it is not missing, and stays as it was known.
    if (const auto sku = table_->sku_of(row.fields))
      named_.add(sku->str(), std::nullopt, Instant{});
    else
      ++unattributed_;
    return;
  }
  if (!*read) {
    ++elsewhere_;
    return;
  }
  ++good_;
  if (!snapshot_) return;
  const auto& level = std::get<StockLevel>(**read);
  oldest_ = std::min(oldest_, level.from.true_at);
  newest_ = std::max(newest_, level.from.true_at);
  named_.add(level.sku.str(), level.on_hand, level.from.true_at);
}

Result<FileReading::Progress> FileReading::check(const Before& before) {
  for (;;) {
    switch (scan_.next()) {
      case FileScan::Step::slice:
        return Progress::slice;
      case FileScan::Step::row:
        if (table_)
          check_row();
        else if (auto ok = open_table(); !ok)
          return std::unexpected(std::move(ok.error()));
        break;
      case FileScan::Step::bad_row:
        if (!table_) return bad_file(scan_.error());
        ++rows_;
        ++unattributed_;
        last_line_ = scan_.row().line;
        count_bad(scan_.row().line, scan_.error());
        break;
      case FileScan::Step::failed:
        if (!scan_.is_not_utf8()) return bad_file(scan_.error());
        encoding_ = config::TextEncoding::windows1252;
        scan_ = scan_.again(encoding_);
        table_.reset();
        named_.clear();
        rows_ = good_ = bad_ = elsewhere_ = unattributed_ = last_bad_line_ = last_line_ = 0;
        first_bad_.reset();
        oldest_ = Instant::max(), newest_ = Instant::min();
        return Progress::slice;
      case FileScan::Step::end:
        if (auto ok = verdict(before); !ok) return std::unexpected(std::move(ok.error()));
        checked_ = true;
        rewind(0, 0);
        return Progress::done;
    }
  }
}

Status FileReading::verdict(const Before& before) {
  const auto bad = [&](std::string why) { return bad_file({ErrorCode::parse, false, std::move(why)}); };
  if (!table_) return bad("the file is empty");
  if (snapshot_ && rows_ == 0) return bad("a snapshot without a row; nothing is taken as gone");
  const bool whole_line = scan_.ends_with_line();
  if (!whole_line && rows_ > 0 && last_bad_line_ == last_line_)
    return bad(fmt::format("the file ends in the middle of line {}", last_line_));
  if (snapshot_ && !whole_line && before.ends_with_line)
    return bad("no line end behind the last row, and the last snapshot had one: the file was cut");
  if (good_ == 0 && bad_ > 0) return std::unexpected(*first_bad_);
  if (good_ == 0 && elsewhere_ > 0)
    return bad(fmt::format("no row of the location \"{}\"", printable(settings_->location.str(), 80)));
  if (!snapshot_) return {};
  // A few rows that repeat each other are untidy; a file of nothing else is no list of stock.
  constexpr std::size_t repeats_allowed = 1000;
  if (good_ > 2 * named_.size() + repeats_allowed)
    return bad(fmt::format("{} rows name {} SKUs: most of them are repeats", good_, named_.size()));
  version_ = model::Version::of(newest_).number();
  superseded_ = version_ < before.snapshot;
  return {};
}

void FileReading::rewind(std::uint64_t line, std::uint64_t missing) {
  next_line_ = line;
  next_missing_ = missing;
  rows_told_ = superseded_;
  scan_ = scan_.again(encoding_);
  table_.reset();
}

void FileReading::tell_row(ports::Page& page) {
  const auto& row = scan_.row();
  auto read = table_->read(row.fields);  // also of rows told before: it numbers repeats
  if (row.line < next_line_) return;
  next_line_ = row.line + 1;
  if (!read) {
    page.set_aside.push_back(in_line(row.line, std::move(read.error())));
    return;
  }
  if (!*read) return;
  if (snapshot_) {
    auto& level = std::get<StockLevel>(**read);
    const auto* const named = named_.find(level.sku.str());
    if (named != nullptr && named->contradicted) {
      page.set_aside.push_back(in_line(
          row.line,
          {ErrorCode::conflict, false,
           fmt::format("\"{}\" stands in several rows that do not agree", printable(level.sku.str(), 100))}));
      return;
    }
    level.from.version = model::Version(version_);
  }
  page.observations.push_back(std::move(**read));
}

Result<FileReading::Progress> FileReading::tell(ports::Page& page, std::size_t most,
                                                const NamedSkus& before) {
  if (superseded_) {
    page.set_aside.push_back(
        {ErrorCode::conflict, false,
         fmt::format("{}: its newest row is of {}, older than the last snapshot; nothing of it is taken",
                     printable(file_.name, 300), to_string(newest_))});
    return Progress::done;
  }
  while (!rows_told_) {
    if (page.observations.size() >= most || page.set_aside.size() >= most) return Progress::done;
    switch (scan_.next()) {
      case FileScan::Step::slice:
        return Progress::slice;
      case FileScan::Step::row:
        if (table_)
          tell_row(page);
        else if (auto ok = open_table(); !ok)
          return std::unexpected(std::move(ok.error()));
        break;
      case FileScan::Step::bad_row:
        if (!table_) return bad_file(scan_.error());
        if (scan_.row().line < next_line_) break;
        next_line_ = scan_.row().line + 1;
        page.set_aside.push_back(in_line(scan_.row().line, scan_.error()));
        break;
      case FileScan::Step::failed:
        return bad_file(scan_.error());
      case FileScan::Step::end:
        rows_told_ = true;
        break;
    }
  }
  return snapshot_ ? tell_missing(page, most, before) : Progress::done;
}

// SKUs that the last snapshot named and this one does not: unknown, as of this one. Where the times of the
// rows differ they are those of each SKU's last change; the mark then keeps the SKU's own last time, or its
// old row could never come back.
FileReading::Progress FileReading::tell_missing(ports::Page& page, std::size_t most,
                                                const NamedSkus& before) {
  std::size_t looked = 0;
  bool slice = false;
  before.from(next_missing_, [&](std::string_view sku, const NamedSkus::Entry& entry) {
    if (page.observations.size() >= most) return false;
    if (looked++ == lookups_a_slice) {
      slice = true;
      return false;
    }
    ++next_missing_;
    if (named_.find(sku) != nullptr) return true;
    if (unattributed_ > 0) {
      // One of the rows that nobody can read may be its own.
      named_.add(sku, std::nullopt, entry.true_at);
      return true;
    }
    const Instant at = oldest_ == newest_ || entry.true_at == Instant{} ? newest_ : entry.true_at;
    page.observations.emplace_back(StockLevel{
        {settings_->id, model::Version(version_), at}, SkuId::literal(sku), settings_->location, {}, false});
    return true;
  });
  return slice ? Progress::slice : Progress::done;
}

}  // namespace forestall::stock_csv
