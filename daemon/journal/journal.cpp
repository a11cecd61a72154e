// SPDX-License-Identifier: Apache-2.0
#include "daemon/journal/journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/base/text.hpp"
#include "daemon/journal/library.hpp"
#include "daemon/ledger/pack.hpp"
#include "daemon/redis/function_library.hpp"
#include "daemon/redis/hash_page.hpp"

namespace forestall::journal {
namespace {

using ledger::Packer;

constexpr std::size_t most_told = 1000;  // unreadable entries, one by one

Error understood(Error error) {
  if (error.detail.starts_with("LEASE "))
    return {ErrorCode::conflict, false, "journal: lease " + error.detail.substr(6)};
  if (error.detail.starts_with("SCHEMA "))
    return {ErrorCode::unsupported, false, "journal: " + error.detail.substr(7)};
  return error;
}

std::string text_of(const redis::Reply& reply) {
  return reply.text() != nullptr ? *reply.text() : std::string();
}

// "k", "m", "f", ...: the fields of one entry of the stream.
Result<Entry> decode_entry(const redis::Reply& reply) {
  const auto parts = reply.items();
  if (parts.size() != 2 || parts[0].text() == nullptr || parts[1].items().size() % 2 != 0)
    return fail(ErrorCode::parse, "journal entry: " + reply.describe());
  Entry entry;
  entry.id = *parts[0].text();
  const auto place = "journal entry " + printable(entry.id, 40);
  const auto fields = parts[1].items();
  std::string kind;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const auto name = text_of(fields[i]);
    const auto value = text_of(fields[i + 1]);
    if (name == "k") {
      kind = value;
    } else if (name == "f") {
      auto whose = parse_field(value);
      if (!whose) return fail_in(place, whose.error());
      entry.account = std::move(whose->first);
      entry.listing = std::move(whose->second);
    } else if (name == "e") {
      const auto epoch = parse_integer<std::uint64_t>(value);
      if (!epoch) return fail(ErrorCode::parse, place + ": an epoch that is none");
      entry.epoch = *epoch;
    } else if (name == "s") {
      const auto state = parse_integer<std::uint8_t>(value);
      if (!state || *state >= state_count) return fail(ErrorCode::parse, place + ": an unknown state");
      entry.state = static_cast<State>(*state);
    } else if (name == "d") {
      entry.detail = value;
    } else if (name == "b") {
      auto intent = decode_intent(value);
      if (!intent) return fail_in(place, intent.error());
      entry.intent = std::move(*intent);
    }
  }
  if (kind == "i")
    entry.kind = Entry::Kind::intent;
  else if (kind == "m")
    entry.kind = Entry::Kind::move;
  else if (kind == "s")
    entry.kind = Entry::Kind::settled;
  else if (kind == "w")
    entry.kind = Entry::Kind::wish;
  else
    return fail(ErrorCode::parse, place + ": an unknown kind");
  return entry;
}

// The same rule as in lua/1_journal.lua.
void add_late(Record& record) {
  if (record.sent_at)
    record.late.push_back({record.epoch, record.target, *record.sent_at, way_of(record.command)});
}

}  // namespace

Journal::Journal(redis::Client& redis, Clock& clock, Logger log, JournalOptions options)
    : redis_(redis),
      clock_(clock),
      log_(std::move(log)),
      options_(std::move(options)),
      prefix_("forestall:{" + options_.seller.str() + "}") {}

Task<redis::Reply> Journal::call(redis::Request request) {
  auto reply = co_await redis_.call(std::move(request),
                                    {.timeout = options_.call_timeout, .repeat = redis::Repeat::harmless});
  if (!reply) co_return std::unexpected(understood(std::move(reply.error())));
  co_return std::move(*reply);
}

redis::Request Journal::begin(std::string_view function, std::size_t words) const {
  redis::Request request;
  request.begin(6 + words).word("FCALL").word(function).word(1).word(prefix_);
  request.word(options_.lease_token()).word(clock_.now().time_since_epoch().count());
  return request;
}

void Journal::put(const std::string& field, Record record) {
  const auto [at, fresh] = records_.try_emplace(field);
  if (fresh && options_.recorded) options_.recorded(field);
  if (!fresh) --by_state_[static_cast<std::size_t>(at->second.state)];
  at->second = std::move(record);
  ++by_state_[static_cast<std::size_t>(at->second.state)];
}

void Journal::erase(const std::string& field) {
  const auto at = records_.find(field);
  if (at == records_.end()) return;
  --by_state_[static_cast<std::size_t>(at->second.state)];
  records_.erase(at);
}

void Journal::put_damaged(const std::string& field, const Error& why) {
  erase(field);
  if (!damaged_.insert_or_assign(field, why.detail).second) return;
  ++unreadable_;
  log_.error("journal_record_damaged", {{"seller", options_.seller},
                                        {"field", printable(field, 200)},
                                        {"reason", why},
                                        {"consequence", "the listing is not written until it is resumed"}});
}

const Record* Journal::find(const AccountId& account, const ListingId& listing) const {
  const auto at = records_.find(field_of(account, listing));
  return at == records_.end() ? nullptr : &at->second;
}

Task<void> Journal::open() {
  auto loaded = co_await redis::load_library(
      redis_, {.name = std::string(library_name), .version = library_version, .code = library_source()});
  if (!loaded) co_return fail_in("journal", loaded.error());
  if (auto ok = co_await call(begin("forestall_journal_open", 0)); !ok) co_return std::unexpected(ok.error());
  records_.clear();
  damaged_.clear();
  by_state_.fill(0);
  std::string cursor = "0";
  do {
    auto reply =
        co_await call(redis::Request("HSCAN", key("intent"), cursor, "COUNT", std::int64_t{options_.slice}));
    if (!reply) co_return std::unexpected(reply.error());
    auto page = redis::hash_page(*reply, "HSCAN intent");
    if (!page) co_return std::unexpected(page.error());
    cursor = std::move(page->cursor);
    for (const auto& [field, bytes] : page->fields) {
      auto stored = decode_record(field, bytes);
      // One listing's record is no reason to watch over none.
      if (!stored)
        put_damaged(std::string(field), stored.error());
      else
        put(std::string(field), std::move(stored->record));
    }
  } while (cursor != "0");
  auto controls = co_await call(redis::Request("HGETALL", key("control")));
  if (!controls) co_return std::unexpected(controls.error());
  controls_.clear();
  const auto rows = controls->items();
  for (std::size_t i = 0; i + 1 < rows.size(); i += 2) controls_[text_of(rows[i])] = text_of(rows[i + 1]);
  co_return Result<void>{};
}

Task<std::vector<std::string>> Journal::refresh(const std::vector<std::string>& fields) {
  redis::Request request;
  request.begin(2 + fields.size()).word("HMGET").word(key("intent"));
  for (const auto& field : fields) request.word(field);
  auto reply = co_await call(std::move(request));
  if (!reply) co_return std::unexpected(reply.error());
  const auto rows = reply->expect_array("HMGET intent", fields.size());
  if (!rows) co_return std::unexpected(rows.error());
  std::vector<std::string> intents;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    intents.emplace_back();
    if ((*rows)[i].is_nil()) {
      erase(fields[i]);
      continue;
    }
    auto stored = decode_record(fields[i], text_of((*rows)[i]));
    if (!stored) {
      put_damaged(fields[i], stored.error());
      continue;
    }
    intents.back() = std::move(stored->intent);
    put(fields[i], std::move(stored->record));
  }
  co_return intents;
}

Task<std::vector<Appended>> Journal::append(std::vector<Wish> wishes) {
  if (wishes.empty()) co_return std::vector<Appended>{};
  std::vector<std::string> fields;
  std::vector<std::string> bytes;
  auto request = begin("forestall_journal_append", wishes.size());
  for (auto& wish : wishes) {
    wish.intent.after = wish.named_epoch;
    fields.push_back(field_of(account_of(wish.intent.command), listing_of(wish.intent.command)));
    bytes.push_back(encode_intent(wish.intent));
    const auto target = target_of(wish.intent);
    Packer p;
    p.text(fields.back()).integer(static_cast<std::int64_t>(wish.named_epoch));
    p.integer(target ? target->count() : -1).text(bytes.back());
    request.word(p.bytes() + encode_way(target, way_of(wish.intent.command)));
  }
  auto reply = co_await call(std::move(request));
  if (!reply) co_return std::unexpected(reply.error());
  const auto flat = reply->expect_array("forestall_journal_append", 2 * wishes.size());
  if (!flat) co_return std::unexpected(flat.error());
  std::vector<Appended> results(wishes.size());
  std::vector<std::string> refused;
  std::vector<std::size_t> refused_at;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const auto done = (*flat)[2 * i].expect_integer("forestall_journal_append");
    const auto epoch = (*flat)[2 * i + 1].expect_integer("forestall_journal_append");
    if (!done) co_return std::unexpected(done.error());
    if (!epoch) co_return std::unexpected(epoch.error());
    results[i] = {*done == 1, static_cast<std::uint64_t>(*epoch)};
    if (!results[i].done) {
      refused.push_back(fields[i]);
      refused_at.push_back(i);
      continue;
    }
    auto& intent = wishes[i].intent;
    Record record{.epoch = results[i].epoch,
                  .moved_at = intent.requested_at,
                  .target = target_of(intent),
                  .command = std::move(intent.command),
                  .before = std::move(intent.before),
                  .origin = intent.origin,
                  .reason = std::move(intent.reason),
                  .requested_at = intent.requested_at};
    if (const auto at = records_.find(fields[i]); at != records_.end()) {
      if (is_open(at->second.state)) add_late(at->second);
      record.late = std::move(at->second.late);
    }
    put(fields[i], std::move(record));
  }
  if (refused.empty()) co_return results;
  // The epoch moved on: by somebody else, or by ourselves and the answer was lost.
  auto stored = co_await refresh(refused);
  if (!stored) co_return std::unexpected(stored.error());
  for (std::size_t i = 0; i < refused.size(); ++i) {
    auto& result = results[refused_at[i]];
    if ((*stored)[i] == bytes[refused_at[i]]) result.done = true;
    const auto at = records_.find(refused[i]);
    result.epoch = at == records_.end() ? 0 : at->second.epoch;
  }
  co_return results;
}

Task<std::vector<Moved>> Journal::move(std::vector<Move> moves) {
  if (moves.empty()) co_return std::vector<Moved>{};
  auto request = begin("forestall_journal_move", moves.size());
  const auto now = clock_.now();
  for (const auto& m : moves) {
    Packer p;
    p.text(field_of(m.account, m.listing)).integer(static_cast<std::int64_t>(m.epoch));
    p.integer(static_cast<std::int64_t>(m.to)).text(m.detail);
    p.text(m.reading ? encode_before(*m.reading) : std::string());
    request.word(p.bytes());
  }
  auto reply = co_await call(std::move(request));
  if (!reply) co_return std::unexpected(reply.error());
  const auto flat = reply->expect_array("forestall_journal_move", 2 * moves.size());
  if (!flat) co_return std::unexpected(flat.error());
  std::vector<Moved> results;
  std::vector<std::string> unsure;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    const auto code = (*flat)[2 * i].expect_integer("forestall_journal_move");
    if (!code) co_return std::unexpected(code.error());
    results.push_back(*code == 1 ? Moved::done : *code == 0 ? Moved::not_newest : Moved::not_legal);
    auto field = field_of(moves[i].account, moves[i].listing);
    const auto at = records_.find(field);
    if (results.back() != Moved::done || at == records_.end() || at->second.epoch != moves[i].epoch) {
      unsure.push_back(std::move(field));
      continue;
    }
    auto record = at->second;
    if (moves[i].to == State::abandoned && may_land(record.state) && record.state != State::sent)
      add_late(record);
    if (moves[i].to == State::sent) record.sent_at = now;
    record.state = moves[i].to;
    record.moved_at = now;
    record.detail = std::move(moves[i].detail);
    if (moves[i].reading) record.before = std::move(*moves[i].reading);
    put(field, std::move(record));
  }
  if (!unsure.empty())
    if (auto ok = co_await refresh(unsure); !ok) co_return std::unexpected(ok.error());
  co_return results;
}

Task<void> Journal::settle(AccountId account, ListingId listing, std::uint64_t late_epoch) {
  const auto field = field_of(account, listing);
  Packer p;
  p.text(field).integer(static_cast<std::int64_t>(late_epoch));
  auto request = begin("forestall_journal_settle", 1);
  request.word(p.bytes());
  if (auto ok = co_await call(std::move(request)); !ok) co_return std::unexpected(ok.error());
  if (const auto at = records_.find(field); at != records_.end())
    std::erase_if(at->second.late, [&](const Late& late) { return late.epoch == late_epoch; });
  co_return Result<void>{};
}

Task<void> Journal::note(std::vector<Intent> intents) {
  if (intents.empty()) co_return Result<void>{};
  auto request = begin("forestall_journal_note", intents.size());
  for (const auto& intent : intents) {
    Packer p;
    p.text(field_of(account_of(intent.command), listing_of(intent.command))).text(encode_intent(intent));
    request.word(p.bytes());
  }
  if (auto ok = co_await call(std::move(request)); !ok) co_return std::unexpected(ok.error());
  co_return Result<void>{};
}

Task<void> Journal::set_control(std::string name, std::string text) {
  auto request = begin("forestall_journal_control", 2);
  request.word(name).word(text);
  if (auto ok = co_await call(std::move(request)); !ok) co_return std::unexpected(ok.error());
  if (text.empty())
    controls_.erase(name);
  else
    controls_[std::move(name)] = std::move(text);
  co_return Result<void>{};
}

Task<std::size_t> Journal::sweep() {
  std::size_t dropped = 0;
  std::string cursor = "0";
  do {
    auto request = begin("forestall_journal_sweep", 4);
    request.word(cursor).word(options_.slice).word(options_.keep.count()).word(options_.most_entries);
    auto reply = co_await call(std::move(request));
    if (!reply) co_return std::unexpected(reply.error());
    const auto items = reply->expect_array("forestall_journal_sweep");
    if (!items) co_return std::unexpected(items.error());
    if (items->empty()) co_return fail(ErrorCode::parse, "forestall_journal_sweep: no cursor");
    cursor = text_of(items->front());
    for (const auto& field : items->subspan(1)) erase(text_of(field));
    dropped += items->size() - 1;
  } while (cursor != "0");
  do {
    auto request = begin("forestall_journal_sweep_trails", 3);
    request.word(cursor).word(options_.slice).word(options_.keep.count());
    auto reply = co_await call(std::move(request));
    if (!reply) co_return std::unexpected(reply.error());
    cursor = text_of(*reply);
  } while (cursor != "0" && !cursor.empty());
  co_return dropped;
}

Task<Intent> Journal::intent(AccountId account, ListingId listing) {
  const auto field = field_of(account, listing);
  auto reply = co_await call(redis::Request("HGET", key("intent"), field));
  if (!reply) co_return std::unexpected(reply.error());
  if (reply->is_nil()) co_return fail(ErrorCode::not_found, "the journal knows nothing of this listing");
  auto stored = decode_record(field, text_of(*reply));
  if (!stored) co_return std::unexpected(stored.error());
  co_return decode_intent(stored->intent);
}

void Journal::take_entries(const redis::Reply& reply, std::vector<Entry>& entries, std::string& last) {
  for (const auto& item : reply.items()) {
    auto entry = decode_entry(item);
    // Whoever reads along must not stand still before one that cannot be read.
    if (!item.items().empty() && item.items()[0].text() != nullptr) last = *item.items()[0].text();
    if (entry) {
      entries.push_back(std::move(*entry));
    } else if (told_unreadable_.size() < most_told && told_unreadable_.insert(last).second) {
      ++unreadable_;
      log_.error("journal_entry_unreadable", {{"seller", options_.seller}, {"reason", entry.error()}});
    }
  }
}

Task<Past> Journal::past(std::optional<std::string> field, std::size_t most, std::size_t most_read) {
  Past past;
  if (field) {
    auto reply = co_await call(redis::Request("FCALL", "forestall_journal_trail", 1, prefix_, *field,
                                              static_cast<std::int64_t>(most)));
    if (!reply) co_return std::unexpected(reply.error());
    take_entries(*reply, past.entries, past.looked_to);
  }
  for (std::size_t read = 0; read < most_read && past.entries.size() < most;) {
    const auto from = past.looked_to.empty() ? std::string("+") : "(" + past.looked_to;
    const auto count = static_cast<std::int64_t>(field ? 500 : std::min<std::size_t>(500, most));
    auto reply = co_await call(redis::Request("XREVRANGE", key("journal"), from, "-", "COUNT", count));
    if (!reply) co_return std::unexpected(reply.error());
    if (reply->items().empty()) {
      past.whole = true;
      break;
    }
    read += reply->items().size();
    std::vector<Entry> page;
    take_entries(*reply, page, past.looked_to);
    for (auto& entry : page) {
      if (past.entries.size() == most) break;
      if (!field || field_of(entry.account, entry.listing) == *field)
        past.entries.push_back(std::move(entry));
    }
  }
  co_return past;
}

Task<std::vector<Entry>> Journal::history(std::optional<std::string> field, std::size_t most,
                                          std::size_t most_read) {
  auto past = co_await this->past(std::move(field), most, most_read);
  if (!past) co_return std::unexpected(past.error());
  co_return std::move(past->entries);
}

Task<void> Journal::set_aside(std::string field) {
  auto request = begin("forestall_journal_set_aside", 1);
  request.word(field);
  if (auto ok = co_await call(std::move(request)); !ok) co_return std::unexpected(ok.error());
  damaged_.erase(field);
  co_return Result<void>{};
}

Task<std::vector<Entry>> Journal::after(std::string id, std::size_t most) {
  if (id.empty()) co_return std::vector<Entry>{};
  auto reply = co_await call(
      redis::Request("XRANGE", key("journal"), "(" + id, "+", "COUNT", static_cast<std::int64_t>(most)));
  if (!reply) co_return std::unexpected(reply.error());
  std::vector<Entry> entries;
  std::string last;
  take_entries(*reply, entries, last);
  co_return entries;
}

Task<std::string> Journal::last_entry() {
  auto reply = co_await call(redis::Request("XREVRANGE", key("journal"), "+", "-", "COUNT", 1));
  if (!reply) co_return std::unexpected(reply.error());
  if (reply->items().empty()) co_return std::string("0-0");
  const auto parts = reply->items()[0].items();
  if (parts.empty() || parts[0].text() == nullptr)
    co_return fail(ErrorCode::parse, "journal entry: " + reply->items()[0].describe());
  co_return *parts[0].text();
}

}  // namespace forestall::journal
