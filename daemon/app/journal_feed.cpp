// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/journal_feed.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/alerting/emit/listing.hpp"

namespace forestall::app {
namespace {

constexpr std::size_t entries_a_read = 500;

// The listings that show units of the same SKUs now: where those went that one was emptied of.
std::vector<std::string> others_on_sale(const acting::SellerActs& acts, const AccountId& account,
                                        const ListingId& listing) {
  std::vector<std::string> names;
  const auto& floor = acts.floor();
  const auto stored = floor.listing(account, listing);
  if (!stored) return names;
  const auto& mirror = floor.seller.ledger->mirror();
  for (const auto& component : stored->components)
    if (const auto sku = mirror.find_sku(component.sku.str()))
      for (const auto ref : mirror.listings_of(*sku)) {
        const auto other = mirror.listing(ref);
        if (other.account == account && other.listing == listing) continue;
        const auto last = floor.custody.last(journal::field_of(other.account, other.listing));
        if (!last || !last->quantity || *last->quantity <= Units{}) continue;
        auto name = other.account.str() + " " + other.listing.str();
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
      }
  return names;
}

}  // namespace

using alerting::Fed;
using boost::asio::awaitable;

awaitable<Result<Fed>> read_journal(acting::SellerActs& acts, std::string place) {
  if (!acts.open()) co_return Fed{};
  auto& journal = acts.floor().journal;
  if (place.empty()) {
    auto last = co_await journal.last_entry();
    if (!last) co_return std::unexpected(last.error());
    co_return Fed{.place = std::move(*last)};
  }
  auto entries = co_await journal.after(place, entries_a_read);
  if (!entries) co_return std::unexpected(entries.error());
  Fed fed;
  std::map<std::uint64_t, journal::Intent> intents;  // by epoch, which is the seller's
  for (auto& entry : *entries) {
    fed.place = entry.id;
    std::optional<alerting::Alert> alert;
    if (entry.intent && entry.kind == journal::Entry::Kind::intent) {
      intents.insert_or_assign(entry.epoch, std::move(*entry.intent));
    } else if (entry.intent && entry.kind == journal::Entry::Kind::wish) {
      const auto* desk = acts.floor().desk(entry.account.str());
      if (desk != nullptr && desk->mode() == acting::Mode::advise)
        alert = alerting::alert_of(*entry.intent, alerting::Change::only_wished, entry.id, acts.seller(),
                                   others_on_sale(acts, entry.account, entry.listing));
    } else if (entry.kind == journal::Entry::Kind::move && entry.state == journal::State::confirmed) {
      const auto current = [&]() -> const journal::Record* {
        const auto* record = journal.find(entry.account, entry.listing);
        return record != nullptr && record->epoch == entry.epoch ? record : nullptr;
      };
      auto known = intents.find(entry.epoch);
      if (known == intents.end()) {
        if (current() == nullptr) continue;  // changed again since
        auto intent = co_await journal.intent(entry.account, entry.listing);
        if (!intent) continue;
        known = intents.insert_or_assign(entry.epoch, std::move(*intent)).first;
      }
      // As read before the write: what the decision saw may be the wish that this one took the place of.
      if (const auto* record = current(); record != nullptr && record->before.quantity)
        known->second.before.quantity = record->before.quantity;
      alert = alerting::alert_of(known->second, alerting::Change::made, std::to_string(entry.epoch),
                                 acts.seller(), others_on_sale(acts, entry.account, entry.listing));
    }
    if (alert) fed.news.emplace_back(alerting::Raised{std::move(*alert)});
  }
  co_return fed;
}

}  // namespace forestall::app
