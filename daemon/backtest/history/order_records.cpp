// SPDX-License-Identifier: Apache-2.0
// From rows to names and numbers, piece by piece.
#include "daemon/backtest/history/order_records.hpp"

#include <fmt/format.h>

#include <optional>
#include <unordered_map>

#include "connectors/csv/reader.hpp"
#include "daemon/backtest/history/order_formats.hpp"

namespace forestall {

namespace {

constexpr std::uint64_t most_lines = 50'000'000;
constexpr std::uint64_t told_every = 16'384;  // rows

class Names {
 public:
  explicit Names(std::vector<std::string>& list) : list_(list) {
    for (std::uint32_t i = 0; i < list.size(); ++i) index_.emplace(list[i], i);
  }
  std::uint32_t of(std::string_view name) {
    const auto [it, added] = index_.try_emplace(std::string(name), static_cast<std::uint32_t>(list_.size()));
    if (added) list_.emplace_back(name);
    return it->second;
  }

 private:
  std::vector<std::string>& list_;
  std::unordered_map<std::string, std::uint32_t> index_;
};

// Rows of a file that comes in pieces; any row that breaks the format is an error.
class Rows {
 public:
  explicit Rows(const NextPiece& next) : next_(next) {}

  // False at the end.
  Result<bool> advance() {
    for (;;) {
      if (!reader_)
        if (auto ok = feed(); !ok) return std::unexpected(std::move(ok.error()));
      switch (reader_->next()) {
        case csv::Reader::Step::row:
          return true;
        case csv::Reader::Step::more:
          if (auto ok = feed(); !ok) return std::unexpected(std::move(ok.error()));
          break;
        case csv::Reader::Step::end:
          return false;
        case csv::Reader::Step::bad_row:
        case csv::Reader::Step::failed:
          return std::unexpected(reader_->error());
      }
    }
  }
  const csv::Row& row() const { return reader_->row(); }

 private:
  // The first pieces are joined until the header is whole: its separator is that of the file. Amazon's
  // reports are tab-separated and know no quotes.
  Status feed() {
    if (reader_) {
      auto piece = next_();
      if (!piece) return std::unexpected(std::move(piece.error()));
      if (piece->empty())
        reader_->finish();
      else
        reader_->feed(*piece);
      return {};
    }
    constexpr std::size_t longest_header = std::size_t{64} << 10;
    while (head_.size() < longest_header && head_.find('\n') == std::string::npos) {
      auto piece = next_();
      if (!piece) return std::unexpected(std::move(piece.error()));
      if (piece->empty()) break;
      head_ += *piece;
    }
    std::string_view text = head_;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const char separator = csv::detect_separator(text);
    reader_.emplace(separator, csv::Limits{}, separator == '\t' ? csv::Quotes::plain : csv::Quotes::rfc4180);
    reader_->feed(text);
    return {};
  }

  const NextPiece& next_;
  std::optional<csv::Reader> reader_;
  std::string head_;
};

}  // namespace

Result<OrderRecords> read_order_records(const NextPiece& next, const HistoryOptions& options,
                                        const std::function<void(std::uint64_t)>& told) {
  Rows rows(next);
  auto more = rows.advance();
  if (!more) return std::unexpected(std::move(more.error()));
  if (!*more) return fail(ErrorCode::parse, "the file is empty");
  const auto columns = detail::OrderColumns::find(rows.row().fields);
  if (!columns) return std::unexpected(columns.error());
  const bool has_channels = columns->format() == HistoryFormat::generic;
  auto names = options.channels;
  if (!has_channels && names.empty())
    for (std::size_t c = 0; c < options.shares.size(); ++c) names.push_back(fmt::format("channel {}", c + 1));
  if (!has_channels && (options.shares.empty() || options.shares.size() > names.size()))
    return fail(ErrorCode::invalid_argument, "shares: one for each of the first channels");

  OrderRecords records{.format = columns->format()};
  records.channels = std::move(names);
  Names skus(records.skus), orders(records.orders), channels(records.channels);
  std::uint64_t seen = 0;
  for (more = rows.advance(); more && *more; more = rows.advance()) {
    if (told && ++seen % told_every == 0) told(seen);
    if (records.lines >= most_lines) return fail(ErrorCode::too_large, "more than 50 million order lines");
    if (records.format == HistoryFormat::fresh_retail) {
      const auto hours = columns->read_hours(rows.row().fields);
      if (!hours) return fail_in(fmt::format("line {}", rows.row().line), hours.error());
      const std::uint32_t sku = skus.of(hours->sku);
      records.missing_quantities += hours->rounded;
      records.censored_hours += hours->censored;
      for (std::size_t hour = 0; hour < hours->units.size(); ++hour)
        if (hours->units[hour] > 0) {
          records.rows.push_back({hours->day + std::chrono::hours(hour), sku,
                                  static_cast<std::uint32_t>(rows.row().line), 0, hours->units[hour]});
          records.lines += static_cast<std::uint64_t>(hours->units[hour]);
        }
      continue;
    }
    const auto line = columns->read(rows.row().fields);
    if (!line) return fail_in(fmt::format("line {}", rows.row().line), line.error());
    if (!*line) {
      ++records.skipped;
      continue;
    }
    const std::uint32_t sku = skus.of((*line)->sku), order = orders.of((*line)->order);
    const std::uint32_t channel = has_channels ? channels.of((*line)->channel) : 0;
    if (records.channels.size() > 256) return fail(ErrorCode::too_large, "more than 256 channels");
    if (sku == records.unit_price_minor.size()) records.unit_price_minor.push_back(0);
    if (records.unit_price_minor[sku] == 0) records.unit_price_minor[sku] = (*line)->price_minor;
    const bool one = records.format == HistoryFormat::online_retail && !options.whole_quantities;
    records.rows.push_back(
        {(*line)->time, sku, order, channel, one ? 1 : static_cast<std::int32_t>((*line)->quantity)});
    records.missing_quantities += (*line)->quantity_missing;
    ++records.lines;
  }
  if (!more) return std::unexpected(std::move(more.error()));
  records.unit_price_minor.resize(records.skus.size());
  return records;
}

}  // namespace forestall
