// SPDX-License-Identifier: Apache-2.0
// A row by our columns, and the readers of each kind. Only for the files of this folder.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "config/base/text.hpp"
#include "connectors/model/words.hpp"
#include "connectors/tables/cells.hpp"
#include "connectors/tables/table.hpp"

namespace forestall::tables {

class Table::Cells {
 public:
  Cells(const Table& table, std::span<const std::string_view> fields,
        std::unordered_map<std::string, std::uint32_t>& repeats)
      : table_(table), fields_(fields), repeats_(repeats) {}

  const Given& given() const { return table_.given_; }
  // Trimmed; empty where the cell or the whole column is missing. `column` counts as in columns_of().
  std::string_view text(std::size_t column) const {
    const auto at = table_.at_[column];
    return at < 0 ? std::string_view{} : trim(fields_[static_cast<std::size_t>(at)]);
  }
  // How often this was called with the same text before.
  std::uint32_t repeat_of(const std::string& what) { return repeats_[what]++; }

  std::unexpected<Error> bad(std::size_t column, Error error) const {
    return fail_in(columns_of(table_.kind_)[column].name, std::move(error));
  }
  template <class T>
  Result<T> id(std::size_t column) const {
    auto parsed = T::parse(text(column));
    if (!parsed) return bad(column, std::move(parsed.error()));
    return std::move(*parsed);
  }
  template <class T>
  Result<std::optional<T>> optional_id(std::size_t column) const {
    if (text(column).empty()) return std::nullopt;
    auto parsed = id<T>(column);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    return std::optional<T>(std::move(*parsed));
  }
  Result<Units> units(std::size_t column) const;
  Result<std::optional<Units>> optional_units(std::size_t column) const;
  Result<std::optional<Instant>> time(std::size_t column, DayMeans day = DayMeans::start) const;
  // One of the accounts that rows may speak of.
  Result<AccountId> account(std::size_t column) const;
  // An amount in the currency of `currency_column` or, where that is empty, in `otherwise`; or "12.50 EUR" in
  // one cell. nullopt where there is none.
  Result<std::optional<Money>> money(std::size_t column, std::size_t currency_column,
                                     const std::optional<Currency>& otherwise) const;
  std::optional<Currency> currency_of(const AccountId& account) const;
  // One of the words of an enumeration; `otherwise` where the cell is empty.
  template <class Enum>
  Result<Enum> word(std::size_t column, Enum otherwise) const {
    if (text(column).empty()) return otherwise;
    if (const auto value = model::parse_word<Enum>(text(column))) return *value;
    return bad(column,
               {ErrorCode::parse, false, "\"" + printable(text(column), 40) + "\" is none of its words"});
  }
  // Names and cells of the columns "attribute.NAME".
  std::vector<model::Attribute> attributes() const;
  // The provenance by the column "as_of", or the file's own time.
  Result<model::Provenance> from(std::size_t as_of) const;

 private:
  const Table& table_;
  std::span<const std::string_view> fields_;
  std::unordered_map<std::string, std::uint32_t>& repeats_;
};

using ReadRow = Result<std::optional<model::Observation>>;

struct Shape {
  std::string_view name;
  std::span<const Column> columns;
  ReadRow (*read)(Table::Cells& cells);
};
const Shape& shape_of(Kind kind);

extern const Shape stock_shape, counts_shape, failed_picks_shape, receipts_shape;
extern const Shape products_shape, prices_shape, cancel_requests_shape, returns_shape, messages_shape;

}  // namespace forestall::tables
