// SPDX-License-Identifier: Apache-2.0
#include "connectors/tables/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "connectors/csv/header.hpp"
#include "connectors/tables/rows.hpp"

namespace forestall::tables {

namespace {
constexpr std::string_view attribute_prefix = "attribute.";
}

const Shape& shape_of(Kind kind) {
  switch (kind) {
    case Kind::stock:
      return stock_shape;
    case Kind::counts:
      return counts_shape;
    case Kind::failed_picks:
      return failed_picks_shape;
    case Kind::receipts:
      return receipts_shape;
    case Kind::products:
      return products_shape;
    case Kind::prices:
      return prices_shape;
    case Kind::cancel_requests:
      return cancel_requests_shape;
    case Kind::returns:
      return returns_shape;
    case Kind::messages:
      return messages_shape;
  }
  return stock_shape;
}

std::string_view kind_name(Kind kind) { return shape_of(kind).name; }

std::optional<Kind> kind_of(std::string_view name) {
  const auto* found = std::ranges::find(all_kinds, name, kind_name);
  if (found == all_kinds.end()) return std::nullopt;
  return *found;
}

std::span<const Column> columns_of(Kind kind) { return shape_of(kind).columns; }

Status check_column_names(const std::map<std::string, std::string>& names, std::span<const Kind> kinds) {
  std::vector<std::string_view> known;
  for (const auto kind : kinds)
    for (const auto& column : columns_of(kind)) known.push_back(column.name);
  for (const auto& [ours, theirs] : names) {
    if (std::ranges::find(known, ours) != known.end()) continue;
    const auto near = nearest_word(ours, known);
    return fail(ErrorCode::invalid_argument,
                fmt::format("columns: \"{}\" is no column{}", printable(ours, 60),
                            near ? fmt::format(", did you mean \"{}\"?", *near) : ""));
  }
  return {};
}

Result<Table> Table::open(Kind kind, std::span<const std::string_view> fields,
                          const std::map<std::string, std::string>& names, Given given) {
  const auto header = csv::Header::parse(fields);
  if (!header) return std::unexpected(header.error());
  Table table(kind, std::move(given));
  table.width_ = fields.size();
  const auto columns = columns_of(kind);
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto renamed = names.find(std::string(columns[i].name));
    const std::string_view theirs =
        renamed == names.end() ? columns[i].name : std::string_view(renamed->second);
    // A folder may hold files of several makers: our own name always does.
    auto at = header->find(theirs);
    if (!at) at = header->find(columns[i].name);
    known.push_back(theirs);
    known.push_back(columns[i].name);
    if (!at && columns[i].required) return std::unexpected(header->require(theirs).error());
    table.at_[i] = at ? static_cast<std::int16_t>(*at) : std::int16_t{-1};
  }
  if (kind == Kind::products)
    for (std::size_t i = 0; i < header->size(); ++i)
      if (const auto& name = header->names()[i]; name.starts_with(attribute_prefix))
        table.attributes_.emplace_back(name.substr(attribute_prefix.size()), i);
  if (!table.given_.strict) return table;
  std::vector<std::string> lower;
  for (const auto name : known) lower.push_back(to_lower(trim(name)));
  for (const auto& [name, at] : table.attributes_) lower.push_back(std::string(attribute_prefix) + name);
  const std::vector<std::string_view> views(lower.begin(), lower.end());
  if (auto ok = header->only(views); !ok) return std::unexpected(ok.error());
  return table;
}

bool Table::has(std::string_view column) const {
  const auto columns = columns_of(kind_);
  const auto found = std::ranges::find(columns, column, &Column::name);
  return found != columns.end() && at_[static_cast<std::size_t>(found - columns.begin())] >= 0;
}

std::optional<SkuId> Table::sku_of(std::span<const std::string_view> fields) const {
  const auto columns = columns_of(kind_);
  const auto found = std::ranges::find(columns, std::string_view("sku"), &Column::name);
  if (found == columns.end() || fields.size() != width_) return std::nullopt;
  const auto at = at_[static_cast<std::size_t>(found - columns.begin())];
  auto sku = SkuId::parse(trim(fields[static_cast<std::size_t>(at)]));
  if (!sku) return std::nullopt;
  return std::move(*sku);
}

Result<std::optional<model::Observation>> Table::read(std::span<const std::string_view> fields) {
  if (fields.size() != width_)
    return fail(ErrorCode::parse, fmt::format("{} fields, the header has {}", fields.size(), width_));
  Cells cells(*this, fields, repeats_);
  auto row = shape_of(kind_).read(cells);
  if (row && *row)
    if (auto ok = model::check(**row); !ok) return fail(ErrorCode::parse, std::move(ok.error().detail));
  return row;
}

Result<Units> Table::Cells::units(std::size_t column) const {
  const auto number = whole_number(text(column), given().decimal_mark);
  if (!number) return bad(column, number.error());
  if (!in_range(Units(*number)))
    return bad(column, {ErrorCode::parse, false, fmt::format("{} is out of range", *number)});
  return Units(*number);
}

Result<std::optional<Units>> Table::Cells::optional_units(std::size_t column) const {
  if (text(column).empty()) return std::nullopt;
  const auto said = units(column);
  if (!said) return std::unexpected(said.error());
  return std::optional(*said);
}

Result<std::optional<Instant>> Table::Cells::time(std::size_t column, DayMeans day) const {
  if (text(column).empty()) return std::nullopt;
  const auto instant = time_of(text(column), given().zone, day);
  if (!instant) return bad(column, instant.error());
  return std::optional(*instant);
}

Result<AccountId> Table::Cells::account(std::size_t column) const {
  auto parsed = id<AccountId>(column);
  const auto& known = given().accounts;
  if (!parsed || !known || known->contains(parsed->str())) return parsed;
  std::vector<std::string_view> names;
  for (const auto& [name, currency] : *known) names.push_back(name);
  const auto near = nearest_word(parsed->str(), names);
  return bad(column, {ErrorCode::parse, false,
                      fmt::format("\"{}\" is no account of this seller{}", parsed->str(),
                                  near ? fmt::format(", did you mean \"{}\"?", *near) : "")});
}

std::optional<Currency> Table::Cells::currency_of(const AccountId& account) const {
  if (!given().accounts) return std::nullopt;
  const auto found = given().accounts->find(account.str());
  return found == given().accounts->end() ? std::nullopt : found->second;
}

Result<std::optional<Money>> Table::Cells::money(std::size_t column, std::size_t currency_column,
                                                 const std::optional<Currency>& otherwise) const {
  auto amount = text(column);
  if (amount.empty()) return std::nullopt;
  auto code = text(currency_column);
  if (const auto blank = amount.rfind(' ');
      code.empty() && blank != std::string_view::npos && Currency::parse(amount.substr(blank + 1))) {
    code = amount.substr(blank + 1);
    amount = trim(amount.substr(0, blank));
  }
  auto currency = otherwise;
  if (!code.empty()) {
    const auto named = Currency::parse(code);
    if (!named) return bad(currency_column, named.error());
    currency = *named;
  }
  if (!currency) return bad(column, {ErrorCode::parse, false, "its currency is missing"});
  const auto plain = plain_decimal(amount, given().decimal_mark);
  if (!plain) return bad(column, plain.error());
  const auto parsed = Money::parse(*plain, *currency);
  if (!parsed) return bad(column, parsed.error());
  if (parsed->minor() < 0) return bad(column, {ErrorCode::parse, false, "is negative"});
  return std::optional(*parsed);
}

std::vector<model::Attribute> Table::Cells::attributes() const {
  std::vector<model::Attribute> all;
  for (const auto& [name, at] : table_.attributes_)
    if (const auto value = trim(fields_[at]); !value.empty()) all.push_back({name, printable(value, 200)});
  return all;
}

Result<model::Provenance> Table::Cells::from(std::size_t as_of) const {
  const auto said = time(as_of);
  if (!said) return std::unexpected(said.error());
  const Instant at = said->value_or(given().file_time);
  // A time so far ahead would outrank every later truth.
  if (at > given().now + std::chrono::days(1))
    return bad(as_of, {ErrorCode::parse, false, fmt::format("{} lies in the future", to_string(at))});
  return model::Provenance{given().source, model::Version::of(at), at};
}

}  // namespace forestall::tables
