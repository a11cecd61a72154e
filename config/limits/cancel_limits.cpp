// SPDX-License-Identifier: Apache-2.0
#include "config/limits/cancel_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "config/base/file.hpp"
#include "config/settings/document.hpp"

namespace forestall::config {
namespace {

constexpr std::int64_t most_count = 1'000'000'000;
constexpr std::size_t most_limits = 1000;
constexpr std::size_t most_text = 500;

class Reader {
 public:
  Reader(const Node& row, std::string_view file, std::string place, Problems& problems)
      : row_(row), file_(file), place_(std::move(place)), problems_(problems) {}

  std::string text(std::string_view key, bool required) {
    const Node* node = find(key, required);
    if (node == nullptr) return {};
    if (node->kind == Node::Kind::text && !node->text.empty() && node->text.size() <= most_text)
      return node->text;
    wrong(*node, key, fmt::format("a text of at most {} bytes", most_text));
    return {};
  }
  std::int64_t count(std::string_view key, std::int64_t least, std::int64_t otherwise) {
    const Node* node = find(key, false);
    if (node == nullptr) return otherwise;
    if (node->kind == Node::Kind::integer && node->integer >= least && node->integer <= most_count)
      return node->integer;
    wrong(*node, key, fmt::format("a whole number from {} to {}", least, most_count));
    return otherwise;
  }
  std::int64_t share_ppm(std::string_view key) {
    const Node* node = find(key, true);
    if (node == nullptr) return 0;
    const double share = node->kind == Node::Kind::real      ? node->real
                         : node->kind == Node::Kind::integer ? static_cast<double>(node->integer)
                                                             : -1;
    if (share >= 0.000001 && share <= 1) return std::llround(share * 1e6);
    wrong(*node, key, "a share above 0 and at most 1");
    return 0;
  }
  std::int32_t days(std::string_view key, bool required) {
    const Node* node = find(key, required);
    if (node == nullptr) return 0;
    const auto length = node->kind == Node::Kind::text ? parse_duration(node->text) : Result<Millis>{};
    constexpr Millis day = std::chrono::days(1);
    if (node->kind == Node::Kind::text && length && *length >= day && *length <= 400 * day &&
        *length % day == Millis(0))
      return static_cast<std::int32_t>(*length / day);
    wrong(*node, key, "whole days from \"1d\" to \"400d\"");
    return 0;
  }
  CivilDate date(std::string_view key) {
    const Node* node = find(key, true);
    if (node == nullptr) return {};
    if (node->kind == Node::Kind::text || node->kind == Node::Kind::moment)
      if (const auto day = parse_civil_date(node->text)) return *day;
    wrong(*node, key, "a day like \"2026-11-23\"");
    return {};
  }
  bool at_most(std::string_view key) {
    const Node* node = find(key, true);
    if (node == nullptr) return false;
    if (node->kind == Node::Kind::text && (node->text == "below" || node->text == "at_most"))
      return node->text == "at_most";
    wrong(*node, key, "\"below\" or \"at_most\"");
    return false;
  }
  std::vector<std::string> texts(std::string_view key) {
    std::vector<std::string> all;
    const Node* node = find(key, false);
    if (node == nullptr) return all;
    const bool good = node->kind == Node::Kind::array && !node->items.empty() &&
                      std::ranges::all_of(node->items, [](const Node& one) {
                        return one.kind == Node::Kind::text && !one.text.empty() && one.text.size() <= 64;
                      });
    if (!good)
      wrong(*node, key, "an array of names");
    else
      for (const Node& one : node->items) all.push_back(one.text);
    return all;
  }
  void no_others() {
    for (const Node& one : row_.items)
      if (!known_.contains(one.key)) wrong(one, one.key, "no such key", false);
  }
  void together(std::string_view key, std::string_view other) {
    if (has(key) != has(other))
      problems_.push_back({std::string(file_), row_.place, place_,
                           fmt::format("{} and {} together, or neither", key, other), "one of them", ""});
  }

 private:
  bool has(std::string_view key) const { return row_.find(key) != nullptr; }
  const Node* find(std::string_view key, bool required) {
    known_.emplace(key);
    const Node* node = row_.find(key);
    if (node == nullptr && required)
      problems_.push_back(
          {std::string(file_), row_.place, fmt::format("{}.{}", place_, key), "a value", "nothing", ""});
    return node;
  }
  void wrong(const Node& node, std::string_view key, std::string expected, bool value = true) {
    problems_.push_back({std::string(file_), value ? node.place : node.key_place,
                         fmt::format("{}.{}", place_, key), std::move(expected), describe(node), ""});
  }

  const Node& row_;
  std::string_view file_;
  std::string place_;
  Problems& problems_;
  std::set<std::string, std::less<>> known_;
};

CancelLimit read(Reader& row) {
  CancelLimit l;
  l.name = row.text("name", true);
  l.kind = row.text("kind", true);
  l.marketplaces = row.texts("marketplaces");
  l.share_ppm = row.share_ppm("limit");
  l.inclusive = row.at_most("compare");
  l.window_days = row.days("window", true);
  l.few_orders = row.count("few_orders", 1, 0);
  l.few_window_days = row.days("few_window", false);
  l.min_orders = row.count("min_orders", 1, 1);
  l.min_cancels = row.count("min_cancels", 1, 1);
  l.min_cancels_below = row.count("min_cancels_below", 1, 0);
  l.in_a_row = static_cast<std::int32_t>(std::min<std::int64_t>(row.count("in_a_row", 2, 0), 1000));
  l.in_a_row_within_days = row.days("in_a_row_within", false);
  l.read_on = row.date("read_on");
  l.source = row.text("source", true);
  l.note = row.text("note", false);
  row.together("few_orders", "few_window");
  row.together("in_a_row", "in_a_row_within");
  row.no_others();
  return l;
}

}  // namespace

std::expected<CancelLimits, Problems> parse_cancel_limits(std::string_view text, std::string_view file) {
  const auto document = parse_document(text, file);
  Problems problems = document.problems;
  CancelLimits all;
  const auto wrong = [&](const Node& node, std::string_view key, std::string_view expected) {
    problems.push_back(
        {std::string(file), node.place, std::string(key), std::string(expected), describe(node), ""});
  };
  if (!document.usable) return std::unexpected(std::move(problems));
  std::set<std::string> names;
  for (const Node& node : document.root.items) {
    if (node.key != "limit" || node.kind != Node::Kind::array) {
      wrong(node, node.key, "only [[limit]]");
      continue;
    }
    if (node.items.size() > most_limits) {
      wrong(node, "limit", fmt::format("at most {}", most_limits));
      continue;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (node.items[i].kind != Node::Kind::table) {
        wrong(node.items[i], "limit", "a table");
        continue;
      }
      Reader row(node.items[i], file, fmt::format("limit[#{}]", i + 1), problems);
      all.push_back(read(row));
      if (!all.back().name.empty() && !names.insert(all.back().name).second)
        wrong(node.items[i], fmt::format("limit[#{}].name", i + 1), "a name of its own");
    }
  }
  if (all.empty() && problems.empty())
    problems.push_back({std::string(file), {}, "limit", "at least one [[limit]]", "none", ""});
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return all;
}

std::expected<CancelLimits, Problems> load_cancel_limits(const std::filesystem::path& file) {
  auto text = read_file(file, max_file_bytes);
  if (!text)
    return std::unexpected(Problems{{file.string(), {}, "", "a readable file", text.error().detail, ""}});
  return parse_cancel_limits(*text, file.string());
}

CancelLimits shipped_cancel_limits() {
  auto parsed = parse_cancel_limits(shipped_cancel_limits_text(), "cancel_limits.toml");
  if (!parsed) throw std::logic_error(to_string(parsed.error()));
  return std::move(*parsed);
}

std::vector<const CancelLimit*> cancel_limits_of(std::span<const CancelLimit> all, std::string_view kind,
                                                 std::string_view marketplace) {
  std::vector<const CancelLimit*> found;
  for (const auto& one : all)
    if (one.kind == kind && (one.marketplaces.empty() ||
                             std::ranges::find(one.marketplaces, marketplace) != one.marketplaces.end()))
      found.push_back(&one);
  return found;
}

}  // namespace forestall::config
