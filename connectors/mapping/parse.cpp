// SPDX-License-Identifier: Apache-2.0
// Reads the mapping file row by row; what is wrong with a row is a sentence about that row.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <unordered_map>

#include "config/base/text.hpp"
#include "connectors/csv/encoding.hpp"
#include "connectors/csv/header.hpp"
#include "connectors/csv/reader.hpp"
#include "connectors/mapping/mapping.hpp"

namespace forestall::mapping {
namespace {

constexpr std::array<std::string_view, 5> known_columns{"account", "listing", "sku", "units", "comment"};
constexpr std::int64_t max_units = 1'000'000;  // of a SKU in one listing

struct Columns {
  std::size_t count = 0;
  std::size_t account = 0;
  std::size_t listing = 0;
  std::size_t sku = 0;
  std::optional<std::size_t> units;
};

Result<Columns> read_columns(const csv::Row& row) {
  auto header = csv::Header::parse(row.fields);
  if (!header) return std::unexpected(std::move(header.error()));
  if (auto known = header->only(known_columns); !known) return std::unexpected(std::move(known.error()));
  const auto account = header->require("account");
  const auto listing = header->require("listing");
  const auto sku = header->require("sku");
  for (const auto* column : {&account, &listing, &sku})
    if (!*column) return std::unexpected(column->error());
  return Columns{header->size(), *account, *listing, *sku, header->find("units")};
}

Result<Units> read_units(std::string_view text) {
  const auto count = parse_integer<std::int64_t>(trim(text));
  if (!count || *count < 1 || *count > max_units)
    return fail(ErrorCode::parse,
                fmt::format("units: \"{}\" is no whole number from 1 to {}", printable(text, 40), max_units));
  return Units(*count);
}

}  // namespace

// Gathers rows, then sorts out which listings contradict themselves.
class MappingBuilder {
 public:
  explicit MappingBuilder(std::span<const AccountId> accounts) : restricted_(!accounts.empty()) {
    for (const auto& account : accounts)
      if (!index_.contains(account.str())) index_.emplace(account.str(), add_account(account));
  }

  void take(const csv::Row& row, const Columns& columns) {
    ++file_.rows;
    const auto line = row.line;
    if (row.fields.size() != columns.count)
      return lost(line, fmt::format("{} fields, the header has {}", row.fields.size(), columns.count));
    auto account = account_index(trim(row.fields[columns.account]));
    if (!account) return lost(line, std::move(account.error().detail));
    auto listing = ListingId::parse(trim(row.fields[columns.listing]));
    if (!listing) return lost(line, std::move(listing.error().detail));
    auto sku = SkuId::parse(trim(row.fields[columns.sku]));
    if (!sku) return spoilt(line, *account, std::move(*listing), std::move(sku.error().detail));
    Units units(1);
    if (columns.units) {
      const auto read = read_units(row.fields[*columns.units]);
      if (!read) return spoilt(line, *account, std::move(*listing), read.error().detail);
      units = *read;
    }
    if (line > std::numeric_limits<std::uint32_t>::max())
      return lost(line, "beyond the last line that can be kept");
    file_.mapping.entries_.push_back(
        {*account, static_cast<std::uint32_t>(line), std::move(*listing), {std::move(*sku), units}});
  }

  // A row that is no row: whose it was is unknown.
  void lost(std::uint64_t line, std::string reason) {
    ++file_.unattributed;
    problem(line, std::move(reason));
  }

  MappingFile finish() {
    auto& entries = file_.mapping.entries_;
    std::ranges::sort(entries, {},
                      [](const Mapping::Entry& e) { return std::tie(e.account, e.listing, e.line); });
    for (auto begin = entries.begin(); begin != entries.end();) {
      const auto end = std::find_if(begin, entries.end(), [&](const Mapping::Entry& e) {
        return e.account != begin->account || e.listing != begin->listing;
      });
      compare({begin, end});
      begin = end;
    }
    drop_ambiguous();
    std::ranges::sort(file_.problems, {}, [](const RowProblem& p) { return std::tie(p.line, p.reason); });
    return std::move(file_);
  }

 private:
  std::uint32_t add_account(const AccountId& account) {
    const auto index = static_cast<std::uint32_t>(file_.mapping.accounts_.size());
    file_.mapping.accounts_.push_back(account);
    file_.mapping.index_.emplace(account, index);
    return index;
  }

  Result<std::uint32_t> account_index(std::string_view text) {
    if (const auto found = index_.find(std::string(text)); found != index_.end()) return found->second;
    auto account = AccountId::parse(text);
    if (!account) return std::unexpected(std::move(account.error()));
    if (restricted_) {
      std::vector<std::string_view> names;
      for (const auto& known : file_.mapping.accounts_) names.emplace_back(known.str());
      const auto near = names.size() <= 100 ? nearest_word(text, names) : std::nullopt;
      return fail(ErrorCode::not_found,
                  fmt::format("unknown account \"{}\"{}", text,
                              near ? fmt::format(", did you mean \"{}\"?", *near) : ""));
    }
    const auto index = add_account(*account);
    index_.emplace(text, index);
    return index;
  }

  void problem(std::uint64_t line, std::string reason) {
    ++file_.problem_count;
    if (file_.problems.size() < max_reported) file_.problems.push_back({line, std::move(reason)});
  }

  // The row is bad but its listing is known: without this component the listing would be sold wrongly.
  void spoilt(std::uint64_t line, std::uint32_t account, ListingId listing, std::string reason) {
    file_.mapping.ambiguous_.push_back(
        {account, std::move(listing), fmt::format("line {}: {}", line, reason)});
    problem(line, std::move(reason));
  }

  // The rows of one listing, by line: repeated ones are dropped, contradicting ones spoil it.
  void compare(std::span<Mapping::Entry> rows) {
    if (rows.size() == 1) return;
    std::unordered_map<std::string_view, const Mapping::Entry*> seen;
    for (auto& row : rows) {
      const auto [first, fresh] = seen.emplace(row.component.sku.str(), &row);
      if (fresh) continue;
      const auto& other = *first->second;
      if (other.component.units == row.component.units) {
        problem(row.line, fmt::format("repeats line {}", other.line));
        row.line = 0;  // marked for drop_ambiguous
        continue;
      }
      auto reason =
          fmt::format("{} units of \"{}\" here, {} in line {}", row.component.units.count(),
                      printable(row.component.sku.str(), 60), other.component.units.count(), other.line);
      file_.mapping.ambiguous_.push_back(
          {row.account, row.listing, fmt::format("line {}: {}", row.line, reason)});
      problem(row.line, std::move(reason));
    }
  }

  void drop_ambiguous() {
    auto& ambiguous = file_.mapping.ambiguous_;
    const auto key = [](const auto& e) { return std::tie(e.account, e.listing); };
    std::ranges::sort(ambiguous, {},
                      [](const Mapping::Ambiguous& a) { return std::tie(a.account, a.listing, a.reason); });
    const auto [first, last] = std::ranges::unique(ambiguous, {}, key);
    ambiguous.erase(first, last);
    std::erase_if(file_.mapping.entries_, [&](const Mapping::Entry& entry) {
      if (entry.line == 0) return true;
      return !ambiguous.empty() && std::ranges::binary_search(ambiguous, key(entry), {}, key);
    });
  }

  bool restricted_;
  std::unordered_map<std::string, std::uint32_t> index_;
  MappingFile file_;
};

Result<MappingFile> parse_mapping(std::string_view bytes, std::span<const AccountId> accounts) {
  const auto text = csv::decode(bytes, csv::Encoding::automatic);
  if (!text) return std::unexpected(text.error());
  csv::Reader reader(csv::detect_separator(text->view()));
  reader.feed(text->view());
  reader.finish();
  MappingBuilder builder(accounts);
  std::optional<Columns> columns;
  for (;;) {
    switch (reader.next()) {
      case csv::Reader::Step::row:
        if (columns) {
          builder.take(reader.row(), *columns);
          break;
        }
        if (auto read = read_columns(reader.row()); read)
          columns = *read;
        else
          return fail_in(fmt::format("line {}", reader.row().line), std::move(read.error()));
        break;
      case csv::Reader::Step::bad_row:
        if (!columns) return std::unexpected(reader.error());
        builder.lost(reader.row().line, reader.error().detail);
        break;
      case csv::Reader::Step::failed:
        return std::unexpected(reader.error());
      case csv::Reader::Step::more:
      case csv::Reader::Step::end:
        if (!columns)
          return fail(ErrorCode::parse, "the file is empty; expected the header account,listing,sku,units");
        return builder.finish();
    }
  }
}

}  // namespace forestall::mapping
