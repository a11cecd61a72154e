// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/seller_alerts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>
#include <utility>

#include "connectors/net/sleep.hpp"

namespace forestall::alerting {

using boost::asio::awaitable;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t rows_a_step = 500;
constexpr std::size_t alerts_a_turn = 250;  // taken in
constexpr auto tick = 1s;                   // of the machine
constexpr auto gather_for = 20ms;           // what comes together is stored together
constexpr auto after_failure = 500ms;
constexpr auto last_write = 250ms;  // at a stop, where all patience is spent
constexpr Millis reword_every = 10min;
constexpr Millis tidy_every = 1h;
constexpr Millis keep_over = std::chrono::hours(72);
constexpr Millis keep_told = std::chrono::hours(24 * 7);

std::string told_json(const NewMessage& m) {
  return json::serialize(json::object{{"message", m.message.id()},
                                      {"sink", m.message.sink},
                                      {"group", m.message.group},
                                      {"why", word(m.why)},
                                      {"subject", m.message.notice.subject}});
}

}  // namespace

SellerAlerts::SellerAlerts(SellerAlertsPorts ports, std::vector<config::NotifySettings> sinks)
    : ports_(std::move(ports)),
      sinks_(std::move(sinks)),
      store_(ports_.redis, ports_.clock,
             {.seller = ports_.seller.settings.id,
              .lease_token = [&seller = ports_.seller] { return seller.ledger->lease_token(); }}),
      // A sink that fails in a way nobody thought of must not take the guard with it.
      tasks_(ports_.executor, ports_.log, "alerts " + ports_.seller.settings.id.str(),
             [](std::string_view) {}) {}

void SellerAlerts::wake() {
  wake_pending_ = true;
  woken_.notify_all();
}

// The message's id is made of the machine's own randomness: two daemons never give the same.
std::string SellerAlerts::new_id() {
  return fmt::format("fa-{:x}-{:016x}", ports_.clock.now().time_since_epoch().count(), ports_.random.bits());
}

RoundFacts SellerAlerts::facts() const {
  return {.seller = ports_.seller.settings,
          .sinks = sinks_,
          .inhibit = ports_.inhibit_facts(),
          .link = ports_.link,
          .now = ports_.clock.now()};
}

Postman* SellerAlerts::postman_of(std::string_view sink) {
  const auto at = std::ranges::find(postmen_, sink, [](const Postman& p) { return p.settings().id; });
  return at == postmen_.end() ? nullptr : &*at;
}

// One postman a sink; those whose sink is gone stay idle.
void SellerAlerts::hire() {
  for (const auto& sink : sinks_) {
    auto made = ports_.make_sink(sink);
    if (!made) ports_.log.error("sink_not_made", {{"sink", sink.id}, {"reason", made.error()}});
    std::shared_ptr<ports::Notifier> notifier = made ? std::move(*made) : nullptr;
    auto why = made ? std::string() : made.error().detail;
    if (auto* const known = postman_of(sink.id); known != nullptr) {
      known->adopt(sink, std::move(notifier), std::move(why));
      continue;
    }
    auto& postman = postmen_.emplace_back(
        PostmanPorts{
            .outbox = state_.outbox,
            .clock = ports_.clock,
            .machine = ports_.machine,
            .random = ports_.random,
            .log = ports_.log,
            .settle = [this](Message message, Next next) { return settle(std::move(message), next); },
            .timeout = ports_.send_timeout},
        sink, std::move(notifier), std::move(why));
    tasks_.spawn("sink " + sink.id, runtime::OnFailure::log, postman.run());
  }
  for (auto& postman : postmen_)
    if (std::ranges::find(sinks_, postman.settings().id, &config::NotifySettings::id) == sinks_.end())
      postman.retire();
}

void SellerAlerts::adopt(std::vector<config::NotifySettings> sinks) {
  sinks_ = std::move(sinks);
  hire();
  wake();
}

awaitable<void> SellerAlerts::run() {
  hire();
  for (;;) {
    while (!ports_.seller.open) co_await net::sleep_for(ports_.machine, 100ms);
    if (auto ok = co_await load(); !ok) {
      ports_.log.warning("alerts_not_read", {{"reason", ok.error()}});
      co_await net::sleep_for(ports_.machine, after_failure);
      continue;
    }
    opened_ = true;
    for (auto& postman : postmen_) postman.wake();
    while (ports_.seller.open && ports_.seller.ledger->lease_token() == token_ && co_await pass()) {
    }
    opened_ = false;
  }
}

awaitable<Status> SellerAlerts::load() {
  token_ = ports_.seller.ledger->lease_token();
  auto loaded = co_await store_.open();
  if (!loaded) co_return std::unexpected(loaded.error());
  for (const auto& error : loaded->unreadable) ports_.log.error("alert_unreadable", {{"reason", error}});
  // The postmen look into this very outbox.
  state_.book = std::move(loaded->state.book);
  state_.silences = std::move(loaded->state.silences);
  state_.told = std::move(loaded->state.told);
  state_.outbox = std::move(loaded->state.outbox);
  places_ = places_stored_ = std::move(loaded->places);
  ports_.log.info("alerts_read", {{"standing", state_.book.standing()}, {"unsent", state_.outbox.size()}});
  co_return Status{};
}

awaitable<bool> SellerAlerts::pass() {
  const auto now = ports_.clock.now();
  for (auto& news : ports_.inbox.take(seller())) co_await take(std::move(news));
  auto ok = co_await take_feeds();
  if (ok && now - tidied_at_ >= tidy_every) ok = co_await tidy();
  std::optional<Instant> again_at;
  if (ok) {
    auto facts = this->facts();
    facts.new_id = [this] { return new_id(); };
    const auto sinks = sinks_;  // a reload may replace them meanwhile
    facts.sinks = sinks;
    auto round = co_await this->round(facts);
    again_at = round.again_at;
    for (const auto& id : round.spent) state_.book.resolve(id, now);
    ok = co_await write_book(now - reworded_at_ >= reword_every);
    if (ok) ok = co_await write_round(std::move(round));
  }
  if (!ok) {
    if (ok.error().code == ErrorCode::conflict) co_return false;
    ports_.log.warning("alerts_not_stored", {{"reason", ok.error()}});
    co_await net::sleep_for(ports_.machine, after_failure);
    co_return true;
  }
  co_await wait(again_at);
  co_return true;
}

awaitable<void> SellerAlerts::let_others_run() {
  co_await boost::asio::post(ports_.executor, boost::asio::use_awaitable);
}

awaitable<void> SellerAlerts::take(News news) {
  auto* const all = std::get_if<AllOf>(&news);
  if (all == nullptr) {
    state_.book.take(news, ports_.clock.now());
    co_return;
  }
  Book::Taking taking(std::move(*all), ports_.clock.now());
  while (taking.step(state_.book, alerts_a_turn)) co_await let_others_run();
}

awaitable<Round> SellerAlerts::round(const RoundFacts& facts) {
  Pass pass(state_, facts);
  while (pass.step()) co_await let_others_run();
  co_return pass.take();
}

awaitable<Status> SellerAlerts::take_feeds() {
  for (const auto& [name, feed] : ports_.feeds) {
    auto fed = co_await feed(places_[name]);
    if (!fed) co_return fail_in(name, fed.error());
    for (const auto& news : fed->news) state_.book.take(news, ports_.clock.now());
    if (!fed->place.empty()) places_[name] = fed->place;
  }
  co_return Status{};
}

awaitable<Status> SellerAlerts::write_book(bool texts) {
  const auto changed = state_.book.take_changed(texts);
  if (texts) reworded_at_ = ports_.clock.now();
  Step step;
  for (auto at = changed.begin(); at != changed.end();) {
    for (; at != changed.end() && step.rows().size() < rows_a_step; ++at) {
      if (const auto* standing = state_.book.find(*at))
        step.put(*standing);
      else
        step.drop_standing(*at);
    }
    if (auto ok = co_await store_.write(std::exchange(step, {})); !ok) {
      state_.book.not_stored(changed);
      co_return ok;
    }
  }
  co_return Status{};
}

awaitable<Status> SellerAlerts::write_round(Round round) {
  Step step;
  const auto places = places_;
  for (const auto& [feed, place] : places)
    if (const auto stored = places_stored_.find(feed);
        stored == places_stored_.end() || stored->second != place)
      step.put_place(feed, place);
  for (const auto& m : round.messages)
    step.put(m.message).put_told(m.message.sink, m.message.group, m.told).log("message", told_json(m));
  if (auto ok = co_await store_.write(std::move(step)); !ok) co_return ok;
  places_stored_ = places;
  for (auto& m : round.messages) {
    ports_.log.info("alert_message", {{"sink", m.message.sink},
                                      {"group", m.message.group},
                                      {"why", word(m.why)},
                                      {"subject", m.message.notice.subject}});
    state_.told.insert_or_assign({m.message.sink, m.message.group}, std::move(m.told));
    auto id = m.message.id();
    state_.outbox.insert_or_assign(std::move(id), std::move(m.message));
  }
  if (!round.messages.empty())
    for (auto& postman : postmen_) postman.wake();
  co_return Status{};
}

awaitable<bool> SellerAlerts::settle(Message message, Next next) {
  const auto id = message.id();
  Step step;
  if (next == Next::again)
    step.put(message);
  else
    step.drop_message(id).log(next == Next::done ? "sent" : "given_up",
                              json::serialize(json::object{{"message", id}, {"sink", message.sink}}));
  if (auto ok = co_await store_.write(std::move(step)); !ok) co_return false;
  // Read again meanwhile, it may be there no more.
  const auto at = state_.outbox.find(id);
  if (at != state_.outbox.end()) {
    if (next == Next::again)
      at->second = std::move(message);
    else
      state_.outbox.erase(at);
  }
  // What its group gathered in the meantime may go now.
  if (next != Next::again) wake();
  co_return true;
}

// What is over for long, what sinks knew of it, snoozes that ran out.
awaitable<Status> SellerAlerts::tidy() {
  const auto now = tidied_at_ = ports_.clock.now();
  if (auto ok = co_await give_up_unsendable(); !ok) co_return ok;
  state_.book.forget(now, keep_over);
  std::set<std::uint64_t> standing;
  for (const auto& [id, one] : state_.book.all())
    if (one.stands()) standing.insert(occurrence_of(one));
  std::vector<std::pair<std::string, std::string>> untold;
  std::vector<std::string> silences;
  Step step;
  for (const auto& [where, told] : state_.told) {
    const bool any = std::ranges::any_of(
        told.standing, [&](const Told::One& one) { return standing.contains(one.occurrence); });
    if (any || told.at + keep_told > now) continue;
    step.drop_told(where.first, where.second);
    untold.push_back(where);
  }
  for (const auto& [id, silence] : state_.silences)
    if (silence.until <= now) {
      step.drop_silence(id);
      silences.push_back(id);
    }
  if (auto ok = co_await store_.write(std::move(step)); !ok) co_return ok;
  for (const auto& where : untold) state_.told.erase(where);
  for (const auto& id : silences) state_.silences.erase(id);
  co_return Status{};
}

// Messages that no postman will ever decide on: of a sink that is gone from the configuration all, of one
// that could not be made the old ones. What a gone sink was about to be told it does not know: should it come
// back, it is told afresh.
awaitable<Status> SellerAlerts::give_up_unsendable() {
  const auto now = ports_.clock.now();
  std::vector<std::string> ids;
  for (const auto& [id, message] : state_.outbox) {
    const auto* const postman = postman_of(message.sink);
    if (postman != nullptr && postman->works()) continue;
    const bool gone = postman == nullptr || postman->retired();
    if (gone || now - message.notice.made > most_age) ids.push_back(id);
  }
  for (const auto& id : ids) {
    // Out of sight first: a reload in between may bring a postman who would send it.
    auto taken = state_.outbox.extract(id);
    if (taken.empty()) continue;
    const auto& message = taken.mapped();
    auto* const postman = postman_of(message.sink);
    const bool gone = postman == nullptr || postman->retired();
    const auto why = gone ? std::string("the sink is no longer in the configuration") : postman->why_not();
    Step step;
    step.drop_message(id).log("given_up",
                              json::serialize(json::object{{"message", id}, {"sink", message.sink}}));
    if (gone) step.drop_told(message.sink, message.group);
    if (auto ok = co_await store_.write(std::move(step)); !ok) {
      state_.outbox.insert(std::move(taken));
      co_return ok;
    }
    if (gone) state_.told.erase({message.sink, message.group});
    if (postman != nullptr)
      postman->gave_up(message, why);
    else
      ports_.log.error(
          "alert_given_up",
          {{"sink", message.sink}, {"message", id}, {"subject", message.notice.subject}, {"reason", why}});
  }
  co_return Status{};
}

awaitable<void> SellerAlerts::wait(std::optional<Instant> until) {
  if (!std::exchange(wake_pending_, false)) {
    // What is due is the world's business; what comes from elsewhere is looked for at this machine's pace.
    TimerId timer = TimerId::none;
    if (until)
      timer = ports_.clock.wake_at(ports_.clock.monotonic() + (*until - ports_.clock.now()),
                                   [this] { woken_.notify_all(); });
    // Cancelled here, the timer must go too.
    struct Off {
      Clock& clock;
      TimerId id;
      ~Off() { clock.cancel(id); }
    } const off{ports_.clock, timer};
    co_await woken_.wait_until(ports_.machine, ports_.machine.monotonic() + tick);
  }
  wake_pending_ = false;
  co_await net::sleep_for(ports_.machine, gather_for);
}

void SellerAlerts::begin_stop() {
  for (auto& postman : postmen_) postman.finish();
}

awaitable<void> SellerAlerts::stop(std::chrono::nanoseconds patience) {
  begin_stop();
  const auto until = ports_.machine.monotonic() + patience;
  while (std::ranges::any_of(postmen_, &Postman::busy) && ports_.machine.monotonic() < until)
    co_await net::sleep_for(ports_.machine, 20ms);
  co_await tasks_.stop();
  if (!opened_ || !ports_.seller.open) co_return;
  // What was raised in the last moment; whoever starts next tells of it.
  for (const auto& news : ports_.inbox.take(seller())) state_.book.take(news, ports_.clock.now());
  using namespace boost::asio::experimental::awaitable_operators;
  const auto enough = std::max(until, ports_.machine.monotonic() + last_write);
  const auto stored = co_await (write_book(true) || net::sleep_until(ports_.machine, enough));
  const auto* const ok = std::get_if<0>(&stored);
  if (ok == nullptr)
    ports_.log.warning("alerts_not_stored", {{"reason", "Redis did not answer in time"}});
  else if (!*ok)
    ports_.log.warning("alerts_not_stored", {{"reason", ok->error()}});
}

}  // namespace forestall::alerting
