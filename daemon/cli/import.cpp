// SPDX-License-Identifier: Apache-2.0
// forestall import: a CSV file in pieces to the daemon; what it says of a row is told with the file's own
// line.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/text.hpp"
#include "connectors/csv/header.hpp"
#include "connectors/csv/reader.hpp"
#include "connectors/stock/csv/file_scan.hpp"
#include "connectors/stock/csv/folder.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/endpoint.hpp"

namespace forestall::cli {
namespace {

namespace json = boost::json;
using stock_csv::FileScan;

constexpr std::size_t rows_a_piece = 2000;
constexpr std::size_t bytes_a_piece = std::size_t{256} << 10;
constexpr std::size_t most_told = 200;  // bad rows on the terminal

struct Tally {
  std::int64_t rows = 0, applied = 0, known = 0, older = 0, bad = 0;
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

class Import {
 public:
  Import(Invocation& invocation, std::string target)
      : invocation_(invocation), file_(invocation.value("file")), target_(std::move(target)) {}

  Exit run();

 private:
  Exit fatal(const Error& error) {
    invocation_.err += fmt::format("forestall: {}: {}\n", file_, error.detail);
    return error.code == ErrorCode::io || error.code == ErrorCode::not_found ? Exit::usage : Exit::refused;
  }
  void bad_row(std::uint64_t line, std::string_view reason) {
    if (++tally_.bad <= static_cast<std::int64_t>(most_told))
      invocation_.err += fmt::format("{}:{}: {}\n", file_, line, printable(reason, 400));
  }
  void add(std::uint64_t line, std::span<const std::string_view> fields);
  bool is_full() const { return piece_rows_ >= rows_a_piece || piece_.size() >= bytes_a_piece; }
  Exit send_grouped();
  Exit send();
  bool take_answer(std::string_view body);
  Exit finish();

  Invocation& invocation_;
  std::string file_;
  std::string target_;
  std::string header_;
  std::string piece_;
  std::size_t piece_rows_ = 0;
  Tally tally_;
  // Kept until the end of the file where a row's meaning may depend on others of its group.
  struct Kept {
    std::string group;
    std::uint64_t line;
    std::vector<std::string> fields;
  };
  std::optional<std::size_t> group_column_;
  std::vector<Kept> kept_;
};

void Import::add(std::uint64_t line, std::span<const std::string_view> fields) {
  auto& text = header_.empty() ? header_ : piece_;
  text += header_.empty() && &text == &header_ ? "#line" : fmt::format("{}", line);
  for (const auto field : fields) text += "," + csv::quote_field(field);
  text += '\n';
  if (&text == &piece_) ++piece_rows_;
}

// Reports of failed picks of one SKU are told apart by their order among themselves, which a daemon that is
// given them in two pieces cannot see: they go together.
Exit Import::send_grouped() {
  std::ranges::sort(kept_, {},
                    [](const Kept& kept) { return std::pair(std::string_view(kept.group), kept.line); });
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    if (i > 0 && kept_[i].group != kept_[i - 1].group && is_full())
      if (const auto exit = send(); exit != Exit::ok) return exit;
    const std::vector<std::string_view> fields(kept_[i].fields.begin(), kept_[i].fields.end());
    add(kept_[i].line, fields);
  }
  kept_.clear();
  return Exit::ok;
}

bool Import::take_answer(std::string_view body) {
  json::error_code ec;
  const auto answer = json::parse(body, ec);
  if (ec || !answer.is_object()) return false;
  const auto& object = answer.as_object();
  const auto add_to = [&](std::int64_t& into, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || !value->is_int64()) return false;
    into += value->as_int64();
    return true;
  };
  std::int64_t bad = 0;
  if (!add_to(tally_.rows, "rows") || !add_to(tally_.applied, "applied") || !add_to(tally_.known, "known") ||
      !add_to(tally_.older, "older") || !add_to(bad, "bad_count"))
    return false;
  const auto* rows = object.if_contains("bad");
  if (rows == nullptr || !rows->is_array()) return false;
  for (const auto& row : rows->as_array()) {
    const auto* entry = row.if_object();
    const auto* line = entry == nullptr ? nullptr : entry->if_contains("line");
    const auto* reason = entry == nullptr ? nullptr : entry->if_contains("reason");
    if (line == nullptr || !line->is_int64() || reason == nullptr || !reason->is_string()) return false;
    bad_row(static_cast<std::uint64_t>(line->as_int64()), std::string_view(reason->as_string()));
    --bad;
  }
  tally_.bad += bad;
  return true;
}

Exit Import::send() {
  if (piece_rows_ == 0) return Exit::ok;
  const auto fetched = post(invocation_, target_, 200, header_ + piece_);
  piece_.clear();
  piece_rows_ = 0;
  if (!fetched) {
    if (tally_.rows > 0)
      invocation_.err += fmt::format(
          "forestall: {} row(s) were taken before; to import the file again is harmless\n", tally_.rows);
    return fetched.error();
  }
  if (take_answer(fetched->body)) return Exit::ok;
  invocation_.err += "forestall: the daemon's answer is not what this version understands\n";
  return Exit::failed;
}

Exit Import::run() {
  config::TextEncoding encoding = config::TextEncoding::automatic;
  if (invocation_.value("--encoding") == "utf-8") encoding = config::TextEncoding::utf8;
  if (invocation_.value("--encoding") == "windows-1252") encoding = config::TextEncoding::windows1252;
  const auto stamp = stock_csv::stamp_of(file_);
  if (!stamp) {
    invocation_.err += fmt::format("forestall: {}\n", stamp.error().detail);
    return Exit::usage;
  }
  target_ += fmt::format("&as_of={}", escaped(forestall::to_string(stamp->written())));
  auto scan = FileScan::open(file_, encoding, config::Separator::automatic);
  if (!scan) return fatal(scan.error());
  // The whole file first: a file that cannot be read to its end is not begun.
  for (auto step = scan->next(); step != FileScan::Step::end; step = scan->next()) {
    if (step != FileScan::Step::failed) continue;
    if (!scan->is_not_utf8()) return fatal(scan->error());
    *scan = scan->again(encoding = config::TextEncoding::windows1252);
  }
  *scan = scan->again(encoding);
  for (;;) {
    switch (scan->next()) {
      case FileScan::Step::row:
        if (header_.empty() && invocation_.value("kind") == "failed-picks") {
          const auto names = csv::Header::parse(scan->row().fields);
          group_column_ = names ? names->find("sku") : std::nullopt;
        } else if (group_column_ && *group_column_ < scan->row().fields.size()) {
          const auto fields = scan->row().fields;
          kept_.push_back(
              {std::string(trim(fields[*group_column_])), scan->row().line, {fields.begin(), fields.end()}});
          break;
        }
        add(scan->row().line, scan->row().fields);
        if (is_full())
          if (const auto exit = send(); exit != Exit::ok) return exit;
        break;
      case FileScan::Step::bad_row:
        if (header_.empty()) return fatal(scan->error());
        ++tally_.rows;
        bad_row(scan->row().line, scan->error().detail);
        break;
      case FileScan::Step::slice:
        break;
      case FileScan::Step::failed:
        return fatal(scan->error());
      case FileScan::Step::end:
        if (header_.empty()) return fatal({ErrorCode::parse, false, "the file is empty"});
        if (const auto exit = send_grouped(); exit != Exit::ok) return exit;
        if (const auto exit = send(); exit != Exit::ok) return exit;
        return finish();
    }
  }
}

Exit Import::finish() {
  const bool dry_run = invocation_.has("--dry-run");
  if (tally_.bad > static_cast<std::int64_t>(most_told))
    invocation_.err +=
        fmt::format("... and {} bad row(s) more\n", tally_.bad - static_cast<std::int64_t>(most_told));
  if (invocation_.global.json)
    invocation_.out +=
        fmt::format(R"({{"dry_run":{},"rows":{},"applied":{},"known":{},"older":{},"bad":{}}})"
                    "\n",
                    dry_run, tally_.rows, tally_.applied, tally_.known, tally_.older, tally_.bad);
  else
    invocation_.out += fmt::format(
        "{}: {} row(s), {} {}, {} known already, {} older than what is known, {} bad\n", file_, tally_.rows,
        tally_.applied, dry_run ? "could be applied" : "applied", tally_.known, tally_.older, tally_.bad);
  return tally_.bad > 0 ? Exit::findings : Exit::ok;
}

}  // namespace

Exit run_import(Invocation& invocation) {
  const auto seller = SellerId::parse(invocation.value("seller"));
  if (!seller) {
    invocation.err += fmt::format("forestall: {}\n", seller.error().detail);
    return Exit::usage;
  }
  auto target = fmt::format("/api/v1/sellers/{}/import/{}?dry_run={}", seller->str(),
                            invocation.value("kind"), invocation.has("--dry-run") ? "true" : "false");
  for (const auto& [option, name] :
       {std::pair{"--source", "source"}, {"--time-zone", "time_zone"}, {"--decimal-mark", "decimal_mark"}})
    if (invocation.has(option)) target += fmt::format("&{}={}", name, escaped(invocation.value(option)));
  return Import(invocation, std::move(target)).run();
}

}  // namespace forestall::cli
