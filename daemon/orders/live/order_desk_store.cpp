// SPDX-License-Identifier: Apache-2.0
// What the desk takes from the ledger when it opens, and what it keeps there.
#include <algorithm>
#include <chrono>
#include <set>
#include <utility>
#include <variant>

#include "daemon/ledger/pack.hpp"
#include "daemon/orders/live/order_desk.hpp"

namespace forestall::orders {

using boost::asio::awaitable;
using model::OrderUpsert;
using model::ShipmentUpdate;

namespace {

// Stored beside the cursors of the feeds: written under the lease, with nothing else.
constexpr std::string_view models_note = "orders models";
constexpr std::string_view hand_over_note = "orders hand_over";
constexpr std::string_view causes_note = "orders causes";
constexpr std::string_view asked_note = "orders asked";
constexpr std::string_view times_note = "orders times";

constexpr auto history = std::chrono::days(60);  // of parcels, for the first lesson

// When the buyer first asked, of requests that are open.
std::string encode_asked(const parcels::ParcelBook& book) {
  std::size_t n = 0;
  for (const auto& [key, d] : book.orders()) n += d.cancel_asked_at ? 1 : 0;
  ledger::Packer p;
  p.array(n * 3);
  for (const auto& [key, d] : book.orders())
    if (d.cancel_asked_at)
      p.text(key.first.str()).text(key.second.str()).integer(d.cancel_asked_at->time_since_epoch().count());
  return p.take();
}

using Asked = std::vector<std::pair<parcels::OrderKey, Instant>>;
Asked decode_asked(std::string_view bytes) {
  ledger::Unpacker u(bytes);
  Asked out;
  const std::size_t n = bytes.empty() ? 0 : u.array();
  for (std::size_t i = 0; i < n / 3 && u.ok(); ++i) {
    auto account = AccountId::parse(u.text());
    auto order = OrderId::parse(u.text());
    const Instant at{Millis(u.integer())};
    if (account && order && u.ok()) out.push_back({{std::move(*account), std::move(*order)}, at});
  }
  return out;
}

bool is_over(const ShipmentUpdate& s) {
  return s.state == model::ShipmentState::delivered || s.state == model::ShipmentState::returned ||
         s.state == model::ShipmentState::lost;
}

}  // namespace

awaitable<Status> OrderDesk::load() {
  loading_ = true;
  struct Done {
    OrderDesk& desk;
    ~Done() { desk.loading_ = desk.learning_history_ = false; }
  } const done{*this};
  const auto generation = seller_.ledger->mirror().generation();
  book_.clear();
  sightings_.clear();
  closed_.clear();
  prices_.clear();
  if (!loaded_once_)
    if (auto ok = co_await load_saved(); !ok) {
      ++figures_.failures;
      co_return ok;
    }
  if (auto ok = co_await load_stored(); !ok) {
    ++figures_.failures;
    co_return ok;
  }
  ++figures_.loads;
  loaded_once_ = true;
  loaded_for_ = generation;
  log_.notice("orders_loaded", {{"parcels", book_.open_parcels()},
                                {"causes", causes_.size()},
                                {"history", saved_at_ ? "restored" : "learned anew"}});
  co_return Status{};
}

// What cannot be read is told and begun anew: it is learned again from what comes.
awaitable<Status> OrderDesk::load_saved() {
  auto& ledger = *seller_.ledger;
  const auto refuse = [this](std::string_view what, const Error& why) {
    log_.warning("orders_begun_anew", {{"what", what}, {"reason", why}});
  };
  auto models = co_await ledger.cursor(std::string(models_note));
  if (!models) co_return std::unexpected(models.error());
  if (*models && !(*models)->empty()) {
    if (auto read = parcels::decode_models(**models))
      models_ = std::move(*read);
    else
      refuse("parcels", read.error());
  }
  auto hand_over = co_await ledger.cursor(std::string(hand_over_note));
  if (!hand_over) co_return std::unexpected(hand_over.error());
  if (*hand_over && !(*hand_over)->empty()) {
    if (auto read = parcels::decode_hand_over(**hand_over))
      hand_over_ = std::move(*read);
    else
      refuse("hand-overs", read.error());
  }
  auto causes = co_await ledger.cursor(std::string(causes_note));
  if (!causes) co_return std::unexpected(causes.error());
  if (*causes && !(*causes)->empty()) {
    if (auto read = decode_causes(**causes))
      causes_ = std::move(*read);
    else
      refuse("causes", read.error());
  }
  auto times = co_await ledger.cursor(std::string(times_note));
  if (!times) co_return std::unexpected(times.error());
  if (*times)
    if (const auto at = parse_instant(**times)) saved_at_ = ticked_at_ = *at;
  co_return Status{};
}

awaitable<Status> OrderDesk::load_stored() {
  auto& ledger = *seller_.ledger;
  const Instant now = clock_.now();
  learning_history_ = !saved_at_;
  // Parcels whose end was learned before are passed over at once; the channel's views go with them at the
  // end.
  auto parcels = co_await ledger.visit_kinds("sc", nullptr, [&](model::Observation&& o) {
    if (auto* s = std::get_if<ShipmentUpdate>(&o)) {
      const Instant last = std::max(s->from.true_at, s->handed_over_at.value_or(Instant{}));
      if (last < now - history) return;
      if (is_over(*s) && saved_at_ && s->from.true_at < *saved_at_ &&
          s->from.source.str() != s->account.str()) {
        // Keep the ended view so that its channel's does not look open.
        book_.put(*s, now);
        return;
      }
      book_.put(*s, now);
    } else if (const auto* c = std::get_if<model::CancelRequest>(&o)) {
      book_.put(*c);
    }
  });
  if (!parcels) co_return std::unexpected(parcels.error());
  figures_.unread += *parcels;

  std::set<std::string> wanted;  // fields of the prices that nobody remembers
  const auto want = [&](const OrderUpsert& order) {
    for (const auto& line : order.lines)
      wanted.insert("x:" + order.account.str() + '\x1f' + line.listing.str());
  };
  std::vector<std::pair<parcels::OrderKey, std::vector<std::pair<ListingId, std::int64_t>>>> to_value;
  auto orders = co_await ledger.visit_orders([&](const OrderUpsert& order) {
    const parcels::OrderKey key{order.account, order.id};
    book_.put(order);
    if (order.closed_at) {
      if (*order.closed_at >= now - history) closed(order, now);
    } else {
      sightings_.try_emplace(key, Sighting{.seen_at = order.placed_at,
                                           .available = {},
                                           .was_pending = order.state == model::OrderState::pending});
    }
    if (!order.closed_at || book_.order(key) != nullptr) {
      want(order);
      if (book_.order(key) == nullptr) return;
      auto& lines = to_value.emplace_back(key, std::vector<std::pair<ListingId, std::int64_t>>{}).second;
      for (const auto& line : order.lines) lines.emplace_back(line.listing, line.ordered.count());
    }
  });
  if (!orders) co_return std::unexpected(orders.error());

  auto prices = co_await ledger.visit_kinds(
      "x", [&](std::string_view field) { return wanted.contains(std::string(field)); },
      [&](model::Observation&& o) {
        if (const auto* p = std::get_if<model::PriceObserved>(&o))
          prices_.insert_or_assign({p->account, p->listing}, p->price);
      });
  if (!prices) co_return std::unexpected(prices.error());
  for (const auto& [key, lines] : to_value) {
    std::optional<Money> sum;
    for (const auto& [listing, units] : lines)
      if (const auto p = prices_.find({key.first, listing}); p != prices_.end())
        sum = Money((sum ? sum->minor() : 0) + p->second.minor() * units, p->second.currency());
    if (sum) book_.put_value(key, *sum);
  }

  auto asked = co_await ledger.cursor(std::string(asked_note));
  if (!asked) co_return std::unexpected(asked.error());
  for (const auto& [key, at] : decode_asked(asked->value_or(""))) book_.put_asked(key, at);
  if (saved_at_)
    for (auto& [key, dossier] : book_.orders())
      for (auto& t : dossier.parcels)
        if (const auto since = parcels::silent_since(t.now)) t.taught_until = std::max(*since, *saved_at_);
  // Parcels without an order that is known: of orders that were dropped long ago.
  book_.forget(now);
  co_return Status{};
}

awaitable<Status> OrderDesk::save_one(std::string name, std::string value) {
  auto done = co_await seller_.ledger->apply({}, ledger::CursorMove{std::move(name), std::move(value)});
  if (!done) {
    ++figures_.failures;
    co_return std::unexpected(done.error());
  }
  co_return Status{};
}

awaitable<Status> OrderDesk::save() {
  if (!loaded() || !seller_.open) co_return Status{};
  // The time last: what is lost on the way is learned again rather than left out.
  const Instant at = ticked_at_.value_or(clock_.now());
  std::vector<std::pair<std::string_view, std::string>> notes;
  notes.emplace_back(models_note, encode(models_));
  notes.emplace_back(hand_over_note, encode(hand_over_));
  notes.emplace_back(causes_note, encode(causes_));
  notes.emplace_back(asked_note, encode_asked(book_));
  notes.emplace_back(times_note, to_string(at));
  for (auto& [name, value] : notes)
    if (auto ok = co_await save_one(std::string(name), std::move(value)); !ok) co_return ok;
  ++figures_.saves;
  saved_at_ = at;
  co_return Status{};
}

}  // namespace forestall::orders
