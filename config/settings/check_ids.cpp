// SPDX-License-Identifier: Apache-2.0
// Ids are unique, and whoever is named exists.
#include <fmt/format.h>

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "config/base/text.hpp"
#include "config/settings/check.hpp"

namespace forestall::config {
namespace {

// Known ids and where they were first given.
class Names {
 public:
  // False where the id is already known.
  bool know(const std::string& id, Place place) {
    const auto [first, fresh] = seen_.emplace(id, place);
    if (fresh) list_.emplace_back(first->first);
    return fresh;
  }
  void take(std::string_view what, const std::string& id, const RowPlace& row) {
    if (!id.empty() && !know(id, row.place()))
      row.add("id", fmt::format("an id that no other {} has", what), fmt::format("\"{}\" again", id),
              fmt::format("first in the table at line {}", seen_.at(id).line));
  }
  // `key` of the row names one of these.
  void require(std::string_view what, const std::string& id, std::string_view key,
               const RowPlace& row) const {
    if (id.empty() || seen_.contains(id)) return;
    // A list of thousands is not searched for a near word for each of thousands of mistakes.
    const auto near = list_.size() <= 200 ? nearest_word(id, list_) : std::nullopt;
    row.add(key, fmt::format("the id of a [[{}]]", what), fmt::format("\"{}\"", id),
            near ? fmt::format("did you mean \"{}\"?", *near) : std::string());
  }

 private:
  std::unordered_map<std::string, Place> seen_;
  std::vector<std::string_view> list_;
};

}  // namespace

void check_ids(const Settings& settings, const Node& root, Report& report) {
  const auto each = [&](std::string_view section, const auto& rows, auto visit) {
    for (std::size_t i = 0; i < rows.size(); ++i) visit(rows[i], RowPlace(root, section, true, i, report));
  };
  Names sellers;
  Names accounts;
  Names sinks;
  Names sources;  // accounts, stock sources and carriers speak under their ids: one name, one voice
  each("seller", settings.sellers,
       [&](const auto& row, const auto& at) { sellers.take("seller", row.id.str(), at); });
  each("account", settings.accounts,
       [&](const auto& row, const auto& at) { accounts.take("account", row.id.str(), at); });
  const auto take_source = [&](const auto& row, const auto& at) {
    sources.take("account, stock or carrier", row.id.str(), at);
  };
  // A double account is already reported as such.
  each("account", settings.accounts,
       [&](const auto& row, const auto& at) { sources.know(row.id.str(), at.place()); });
  each("stock", settings.stocks, take_source);
  each("carrier", settings.carriers, take_source);
  each("notify", settings.notifies,
       [&](const auto& row, const auto& at) { sinks.take("notify", row.id, at); });

  each("account", settings.accounts,
       [&](const auto& row, const auto& at) { sellers.require("seller", row.seller.str(), "seller", at); });
  each("stock", settings.stocks,
       [&](const auto& row, const auto& at) { sellers.require("seller", row.seller.str(), "seller", at); });
  each("carrier", settings.carriers, [&](const auto& row, const auto& at) {
    for (const auto& seller : row.sellers) sellers.require("seller", seller.str(), "sellers", at);
  });
  each("notify", settings.notifies, [&](const auto& row, const auto& at) {
    for (const auto& seller : row.sellers) sellers.require("seller", seller.str(), "sellers", at);
    for (const auto& account : row.accounts) accounts.require("account", account.str(), "accounts", at);
    if (row.escalate_to) sinks.require("notify", *row.escalate_to, "escalate_to", at);
    if (row.escalate_to && !row.id.empty() && *row.escalate_to == row.id)
      at.add("escalate_to", "another [[notify]] than itself");
  });
}

}  // namespace forestall::config
