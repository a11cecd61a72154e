// SPDX-License-Identifier: Apache-2.0
#include "connectors/stock/csv/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/base/text.hpp"
#include "connectors/stock/csv/cursor.hpp"
#include "connectors/stock/csv/reading.hpp"
#include "connectors/stock/csv/watch.hpp"

namespace forestall::stock_csv {
namespace {

using boost::asio::awaitable;
using ports::Cursor;
using ports::Page;

constexpr std::size_t page_size = 500;  // observations; applied in one call to Redis
constexpr std::size_t entries_a_slice = 200;

// Lets whatever else is ready run first.
awaitable<void> give_way() {
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
}

class CsvSource final : public ports::StockSource {
 public:
  CsvSource(const config::StockSettings& settings, const ports::Context& context)
      : settings_(settings), clock_(context.clock), log_(context.log.with({{"stock", settings.id}})) {
    const bool folder = std::filesystem::exists(settings.path, ignored_)
                            ? std::filesystem::is_directory(settings.path, ignored_)
                            : !settings.path.has_extension();
    folder_ = folder ? settings.path : settings.path.parent_path();
    traits_ = {.deducts_at = static_cast<model::DeductsAt>(settings.deducts_at),
               .snapshots = settings.content == config::StockContent::snapshot,
               .counts = folder,
               .receipts = folder};
  }

  const ports::StockTraits& traits() const override { return traits_; }
  awaitable<Result<Page>> poll(Cursor from, std::chrono::nanoseconds timeout) override;
  void remember(std::span<const ports::NamedSku> skus) override {
    for (const auto& known : skus) named_.add(known.sku.str(), std::nullopt, known.true_at);
  }

 private:
  struct Seen {
    Stamp stamp;
    Monotonic since;
  };
  struct BadFile {
    std::uint64_t fingerprint = 0;
    Error error;
  };

  void adopt(const Cursor& from);
  awaitable<Result<void>> look_around();
  bool is_whole(const FoundFile& file) const;
  const FoundFile* choose() const;
  // The cursor stands in the middle of this file.
  bool at_in(const FoundFile& file) const {
    return cursor_.at && cursor_.at->name == file.name && cursor_.at->fingerprint == file.fingerprint();
  }
  Status start(const FoundFile& file);
  awaitable<Status> check(Monotonic deadline);
  awaitable<Result<Page>> tell(Monotonic deadline);
  void set_next(Page& page);
  void finish();
  void drop();

  config::StockSettings settings_;
  Clock& clock_;
  Logger log_;
  std::error_code ignored_;
  ports::StockTraits traits_;
  std::filesystem::path folder_;
  std::optional<RenameWatch> watch_;

  // As of the last cursor that came back: what it says was stored.
  std::optional<std::string> confirmed_;
  FolderCursor cursor_;
  bool compare_ = false;                       // `cursor_` came from outside: which files it covers is open
  std::map<std::string, std::uint64_t> done_;  // name -> fingerprint
  NamedSkus spare_;                            // memory for the next file
  NamedSkus named_;                            // by the last snapshot

  // What the last page said: it counts once its cursor comes back.
  std::string issued_;
  FolderCursor issued_cursor_;
  bool issued_ends_file_ = false;

  std::vector<FoundFile> files_;  // at the last look
  std::map<std::string, Seen> seen_;
  std::map<std::string, BadFile> bad_;
  std::unique_ptr<FileReading> reading_;
};

// Where the caller stands: behind the last page, still before it (it was not stored), or somewhere else.
void CsvSource::adopt(const Cursor& from) {
  if (confirmed_ && from.text == issued_) {
    if (issued_ends_file_) finish();
    issued_ends_file_ = false;
    cursor_ = issued_cursor_;
    confirmed_ = issued_;
    return;
  }
  issued_ends_file_ = false;
  if (confirmed_ && from.text == *confirmed_) {
    // It was not taken. Another file may lie there by now: the one that is open would be told for ever.
    if (reading_ && reading_->is_checked()) drop();
    return;
  }
  auto parsed = parse_cursor(from.text);
  if (!parsed) log_.warning("stock_cursor_unreadable", {{"error", parsed.error()}});
  cursor_ = parsed.value_or(FolderCursor{});
  confirmed_ = issued_ = from.text;
  issued_cursor_ = cursor_;
  done_.clear();
  drop();
  compare_ = true;
}

void CsvSource::finish() {
  const auto& file = reading_->file();
  done_[file.name] = file.fingerprint();
  if (reading_->is_snapshot() && !reading_->is_superseded()) {
    spare_ = std::move(named_);
    named_ = reading_->take_named();
    reading_.reset();
  }
  drop();
}

void CsvSource::drop() {
  if (!reading_) return;
  spare_ = reading_->take_named();
  reading_.reset();
}

awaitable<Result<void>> CsvSource::look_around() {
  auto scan = FolderScan::open(settings_.path);
  if (!scan) co_return std::unexpected(std::move(scan.error()));
  for (;;) {
    const auto end = scan->step(entries_a_slice);
    if (!end) co_return std::unexpected(end.error());
    if (*end) break;
    co_await give_way();
  }
  files_ = scan->take();
  if (watch_ && watch_->works())
    watch_->look();
  else
    watch_.emplace(folder_);
  std::map<std::string, std::uint64_t> done;
  std::map<std::string, Seen> seen;
  std::map<std::string, BadFile> bad;
  for (const auto kind : tables::stock_kinds) {
    const auto& read = cursor_.read[static_cast<std::size_t>(kind)];
    const bool covered = compare_ && covers(read, kind, files_);
    for (const auto& file : files_) {
      if (file.kind != kind) continue;
      if (covered && file.name <= read.through) done[file.name] = file.fingerprint();
      if (const auto old = done_.find(file.name); old != done_.end()) done.insert(*old);
      if (const auto old = bad_.find(file.name); old != bad_.end()) bad.insert(*old);
      const auto old = seen_.find(file.name);
      const bool same = old != seen_.end() && old->second.stamp == file.stamp;
      seen[file.name] = same ? old->second : Seen{file.stamp, clock_.monotonic()};
    }
  }
  compare_ = false;
  done_ = std::move(done);
  seen_ = std::move(seen);
  bad_ = std::move(bad);
  co_return Result<void>{};
}

// Renamed into place (seen happen, or by its later time of change), or untouched between two polls.
bool CsvSource::is_whole(const FoundFile& file) const {
  if (watch_ && watch_->arrived_whole(file.name)) return true;
  if (file.stamp.size > 0 && file.stamp.changed_ns > file.stamp.written_ns) return true;
  const auto seen = seen_.find(file.name);
  return seen != seen_.end() && clock_.monotonic() - seen->second.since >= settings_.poll / 2;
}

const FoundFile* CsvSource::choose() const {
  for (const auto& file : files_) {
    const auto fingerprint = file.fingerprint();
    if (const auto done = done_.find(file.name); done != done_.end() && done->second == fingerprint) continue;
    if (const auto bad = bad_.find(file.name); bad != bad_.end() && bad->second.fingerprint == fingerprint)
      continue;
    if (is_whole(file)) return &file;
  }
  return nullptr;
}

Status CsvSource::start(const FoundFile& file) {
  const auto path =
      std::filesystem::is_directory(settings_.path, ignored_) ? settings_.path / file.name : settings_.path;
  auto reading = FileReading::open(path, file, settings_, clock_.now(), std::move(spare_));
  if (!reading) return std::unexpected(std::move(reading.error()));
  reading_ = std::make_unique<FileReading>(std::move(*reading));
  return {};
}

// Where the deadline passes first, the next poll goes on from there.
awaitable<Status> CsvSource::check(Monotonic deadline) {
  while (!reading_->is_checked()) {
    const auto progress =
        reading_->check({.snapshot = cursor_.snapshot, .ends_with_line = cursor_.ends_with_line});
    if (!progress) co_return std::unexpected(progress.error());
    if (*progress == FileReading::Progress::done) {
      // The rest of a file that was begun by an earlier process.
      if (at_in(reading_->file())) reading_->rewind(cursor_.at->line, 0);
      break;
    }
    co_await give_way();
    if (clock_.monotonic() >= deadline)
      co_return fail_retryable(ErrorCode::timeout,
                               fmt::format("{}: still being checked", printable(reading_->file().name, 300)));
  }
  co_return reading_->unchanged();
}

awaitable<Result<Page>> CsvSource::tell(Monotonic deadline) {
  Page page;
  for (;;) {
    co_await give_way();
    const auto progress = reading_->tell(page, page_size, named_);
    if (!progress) co_return std::unexpected(progress.error());
    if (*progress == FileReading::Progress::done || clock_.monotonic() >= deadline) break;
  }
  if (auto ok = reading_->unchanged(); !ok) co_return std::unexpected(std::move(ok.error()));
  if (reading_->is_snapshot() && !reading_->is_superseded())
    page.snapshot = {.named = reading_->named(), .before = named_.size()};
  set_next(page);
  co_return page;
}

void CsvSource::set_next(Page& page) {
  const auto& file = reading_->file();
  issued_cursor_ = cursor_;
  issued_ends_file_ = reading_->is_told(named_);
  if (!issued_ends_file_) {
    issued_cursor_.at =
        Position{file.kind, file.name, file.fingerprint(), reading_->next_line(), reading_->next_missing()};
    page.more = true;
  } else {
    issued_cursor_.at.reset();
    auto& read = issued_cursor_.read[static_cast<std::size_t>(file.kind)] = ReadFiles{};
    for (const auto& other : files_) {
      const auto done = done_.find(other.name);
      const bool is_this = other.name == file.name;
      if (other.kind != file.kind ||
          (!is_this && (done == done_.end() || done->second != other.fingerprint())))
        continue;
      read.through = std::max(read.through, other.name);
      read.sum += other.fingerprint();
      ++read.count;
    }
    if (reading_->is_snapshot() && !reading_->is_superseded()) {
      issued_cursor_.snapshot = reading_->version();
      issued_cursor_.ends_with_line = reading_->ends_with_line();
    }
    page.bytes = file.stamp.size;
    const auto before = done_.extract(file.name);
    done_[file.name] = file.fingerprint();
    page.more = choose() != nullptr;
    done_.erase(file.name);
    if (!before.empty()) done_[before.key()] = before.mapped();
  }
  issued_ = to_text(issued_cursor_);
  page.next.text = issued_;
}

awaitable<Result<Page>> CsvSource::poll(Cursor from, std::chrono::nanoseconds timeout) {
  const auto deadline = clock_.monotonic() + timeout;
  adopt(from);
  for (;;) {
    if (!reading_) {
      const auto looked = co_await look_around();
      if (!looked) co_return std::unexpected(looked.error());
      const auto* const file = choose();
      if (file == nullptr) break;
      if (auto ok = start(*file); !ok) co_return std::unexpected(std::move(ok.error()));
      co_await give_way();
    }
    auto ok = co_await check(deadline);
    if (ok) {
      auto page = co_await tell(deadline);
      if (page) co_return page;
      ok = std::unexpected(std::move(page.error()));
    }
    if (ok.error().code == ErrorCode::timeout) co_return std::unexpected(std::move(ok.error()));
    const auto file = reading_->file();
    drop();
    // What the disk or another writer did may be over at the next poll; what the file says will not.
    if (ok.error().retryable) co_return std::unexpected(std::move(ok.error()));
    bad_[file.name] = {file.fingerprint(), std::move(ok.error())};
  }
  // Nothing new. A bad file is an error until somebody replaces it or takes it away.
  for (const auto& [name, bad] : bad_) {
    const auto file = std::ranges::find(files_, name, &FoundFile::name);
    if (file != files_.end() && file->fingerprint() == bad.fingerprint)
      co_return fail_retryable(bad.error.code, bad.error.detail);
  }
  co_return Page{.next = from};
}

}  // namespace

Result<std::unique_ptr<ports::StockSource>> make_stock_source(const config::StockSettings& settings,
                                                              const ports::Context& context) {
  if (auto ok = tables::check_column_names(settings.columns, tables::stock_kinds); !ok)
    return std::unexpected(std::move(ok.error()));
  return std::make_unique<CsvSource>(settings, context);
}

}  // namespace forestall::stock_csv
