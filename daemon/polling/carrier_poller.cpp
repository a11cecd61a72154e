// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/carrier_poller.hpp"

#include <algorithm>
#include <utility>

#include "connectors/net/sleep.hpp"
#include "daemon/polling/cadence.hpp"
#include "daemon/polling/guarded.hpp"

namespace forestall::polling {

using boost::asio::awaitable;
using namespace std::chrono_literals;

namespace {
constexpr auto call_timeout = 30s;
constexpr auto queue_patience = 15min;
constexpr auto look_again = 60s;  // for parcels that became known meanwhile
constexpr std::size_t most_pushed = 100;
}  // namespace

CarrierPoller::CarrierPoller(const Tools& tools, std::vector<ParcelSeller> sellers,
                             config::CarrierSettings settings, std::unique_ptr<ports::Carrier> carrier,
                             std::string why_not)
    : tools_(tools),
      settings_(std::move(settings)),
      carrier_(std::move(carrier)),
      why_not_(std::move(why_not)),
      log_(tools.log.with({{"carrier", settings_.id}})) {
  if (!carrier_) return;
  for (ParcelSeller& of : sellers) {
    const auto server = of.book.serve(
        {.serves = [c = carrier_.get()](const CarrierId& carrier,
                                        const TrackingId& tracking) { return c->serves(carrier, tracking); },
         .poll = settings_.poll});
    seats_.push_back(
        {of, server,
         std::make_unique<PageApplier>(tools_, of.seller, "carrier " + settings_.id.str(),
                                       log_.with({{"seller", of.seller.settings.id}}), figures_)});
  }
}

void CarrierPoller::adopt(config::CarrierSettings settings) {
  settings_ = std::move(settings);
  for (Seat& seat : seats_) seat.of.book.set_poll(seat.server, settings_.poll);
}

std::size_t CarrierPoller::waiting(Instant now) const {
  std::size_t n = 0;
  for (const Seat& seat : seats_) n += seat.of.book.waiting(seat.server, now);
  return n;
}

awaitable<void> CarrierPoller::run() {
  if (!carrier_) co_return;
  for (unsigned failures = 0;;) {
    const auto done = co_await guarded(round());
    if (done) {
      failures = 0;
      co_await woken_.wait_until(tools_.clock, next_look());
      continue;
    }
    failed(done.error());
    co_await net::sleep_for(tools_.clock, pause_after(++failures, settings_.poll, tools_.random));
  }
}

// When the next parcel is due, but not before some time has passed: many fall due together.
Monotonic CarrierPoller::next_look() const {
  const Instant now = tools_.clock.now();
  Instant next = now + look_again;
  for (const Seat& seat : seats_)
    if (const auto due = seat.of.book.next_due(seat.server); due && seat.of.seller.open)
      next = std::min(next, *due);
  return tools_.clock.monotonic() + std::max<Millis>(next - now, 1s);
}

void CarrierPoller::failed(const Error& error) {
  if (!figures_.error || figures_.error->code != error.code)
    log_.warning("carrier_failed", {{"reason", error}});
  figures_.failed(error, tools_.clock.now());
}

CarrierPoller::Seat* CarrierPoller::most_pressing(Instant now) {
  Seat* best = nullptr;
  double most = 0;
  for (Seat& seat : seats_) {
    if (!seat.of.seller.open) continue;
    const double pressure = seat.of.book.most_pressing(seat.server, now);
    if (pressure > most) {
      most = pressure;
      best = &seat;
    }
  }
  return best;
}

// Everything that is due.
awaitable<Status> CarrierPoller::round() {
  figures_.round_began = tools_.clock.now();
  figures_.read_in_round = 0;
  bool any = false;
  for (;;) {
    Seat* const seat = most_pressing(tools_.clock.now());
    if (seat == nullptr) break;
    const double value = seat->of.book.most_pressing(seat->server, tools_.clock.now());
    const auto turn = co_await tools_.calls.turn(
        "carrier " + settings_.id.str(), [c = carrier_.get()] { return c->earliest(); },
        scheduling::Purpose::poll, value, tools_.clock.monotonic() + queue_patience);
    if (!turn) co_return std::unexpected(turn.error());
    // Who is most pressing may have changed while we waited.
    Seat* const now_first = most_pressing(tools_.clock.now());
    if (now_first == nullptr) break;
    auto parcels =
        now_first->of.book.due(now_first->server, carrier_->traits().most_per_call, tools_.clock.now());
    if (parcels.empty()) break;
    any = true;
    if (auto ok = co_await ask(*now_first, std::move(parcels)); !ok) co_return ok;
  }
  if (any) {
    ++figures_.rounds;
    figures_.last_round = figures_.round_began;
  }
  co_return Status{};
}

awaitable<Status> CarrierPoller::ask(Seat& seat, std::vector<ports::Parcel> parcels) {
  ++calls_;
  auto page = co_await carrier_->track(parcels, call_timeout);
  if (!page) co_return std::unexpected(page.error());
  const auto share = tools_.activity.begin();  // a world in lock-step waits for the ledger
  const auto applied = co_await seat.applier->apply(std::move(*page), "");
  if (!applied) co_return std::unexpected(applied.error());
  seat.of.book.asked(seat.server, parcels, tools_.clock.now());
  figures_.last_success = tools_.clock.now();
  if (figures_.error) log_.notice("carrier_recovered", {{"after", figures_.error->detail}});
  figures_.error.reset();
  figures_.failing_since.reset();
  co_return Status{};
}

awaitable<Result<std::size_t>> CarrierPoller::pushed(std::vector<std::pair<std::string, std::string>> headers,
                                                     std::string body) {
  if (!carrier_) co_return fail(ErrorCode::unavailable, why_not_);
  auto updates = carrier_->read_webhook(headers, body);
  if (!updates) co_return std::unexpected(updates.error());
  ++pushes_;
  std::size_t told = 0;
  for (auto& update : *updates) {
    if (told >= most_pushed) break;
    for (Seat& seat : seats_) {
      parcels::OrderKey key;
      const auto* dossier = seat.of.book.find(update.tracking, &key);
      if (dossier == nullptr || !seat.of.seller.open) continue;
      ++told;
      const auto at = std::ranges::find(dossier->parcels, update.tracking,
                                        [](const parcels::Tracked& t) { return t.now.tracking; });
      const auto label_at = at == dossier->parcels.end() ? std::nullopt : at->now.label_at;
      if (!parcels::may_be_ours(update, label_at)) {
        if (seat.of.book.ask_now(update.tracking, tools_.clock.now())) woken_.notify_all();
        continue;
      }
      auto ours = update;
      ours.account = key.first;
      ours.order = key.second;
      ours.carrier = at == dossier->parcels.end() ? ours.carrier : at->now.carrier;
      ours.handed_over_at = label_at;
      ports::Page page;
      page.observations.emplace_back(std::move(ours));
      page.bytes = body.size();
      const auto share = tools_.activity.begin();
      if (const auto applied = co_await seat.applier->apply(std::move(page), ""); !applied)
        co_return std::unexpected(applied.error());
    }
  }
  co_return told;
}

}  // namespace forestall::polling
