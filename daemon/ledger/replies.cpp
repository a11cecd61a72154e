// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/replies.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "daemon/ledger/pack.hpp"

namespace forestall::ledger {
namespace {

model::Pool pool_of(Unpacker& u) {
  const auto n = u.integer();
  if (n < 0 || n > 2) u.fail("a pool out of range");
  return static_cast<model::Pool>(n);
}

std::vector<SkuState> read_skus(Unpacker& u) {
  const auto values = u.array();
  if (values % 10 != 0) u.fail("SKU states that are not tens");
  std::vector<SkuState> skus;
  skus.reserve(values / 10);
  for (std::size_t i = 0; i < values / 10 && u.ok(); ++i) {
    auto& s = skus.emplace_back();
    s.sku = std::string(u.text());
    s.pool = pool_of(u);
    const auto certainty = u.integer();
    if (certainty < 0 || certainty > 2) u.fail("a certainty out of range");
    s.certainty = static_cast<model::Certainty>(certainty);
    for (auto* units : {&s.available, &s.on_hand, &s.receipts, &s.committed, &s.quarantined, &s.reserve})
      *units = Units(u.integer());
    s.oldest = Instant(Millis(u.integer()));
  }
  return skus;
}

std::vector<HistoryEvent> read_events(Unpacker& u) {
  const auto values = u.array();
  if (values % 5 != 0) u.fail("events that are not fives");
  std::vector<HistoryEvent> events;
  events.reserve(values / 5);
  for (std::size_t i = 0; i < values / 5 && u.ok(); ++i) {
    auto& e = events.emplace_back();
    e.sku = std::string(u.text());
    e.pool = pool_of(u);
    const auto kind = u.integer();
    if (kind < 0 || kind > 2) u.fail("an event of no known kind");
    e.kind = static_cast<HistoryEvent::Kind>(kind);
    e.units = Units(u.integer());
    e.at = Instant(Millis(u.integer()));
  }
  return events;
}

std::vector<std::string> read_texts(Unpacker& u) {
  const auto items = u.array();
  std::vector<std::string> texts;
  texts.reserve(items);
  for (std::size_t i = 0; i < items && u.ok(); ++i) texts.emplace_back(u.text());
  return texts;
}

std::uint64_t read_sequence(Unpacker& u) {
  const auto n = u.integer();
  if (n < 0) u.fail("a negative sequence");
  return static_cast<std::uint64_t>(n);
}

template <class T>
Result<T> finish(Unpacker& u, T value, std::string_view place) {
  if (u.ok() && !u.at_end()) u.fail("bytes after the end");
  if (!u.ok()) return std::unexpected(u.error(place));
  return value;
}

std::int64_t unzigzag(std::uint64_t n) {
  return static_cast<std::int64_t>(n >> 1) ^ -static_cast<std::int64_t>(n & 1);
}

}  // namespace

void append(Change& all, Change&& more) {
  const auto move_to = [](auto& into, auto& from) {
    into.insert(into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  all.sequence = std::max(all.sequence, more.sequence);
  move_to(all.skus, more.skus);
  move_to(all.events, more.events);
  move_to(all.details, more.details);
}

Result<Applied> decode_applied(std::string_view bytes) {
  Unpacker u(bytes);
  Applied a;
  for (const char letter : u.text()) {
    if (std::string_view("AU=<WLB").find(letter) == std::string_view::npos) u.fail("an unknown outcome");
    a.outcomes.push_back(static_cast<Outcome>(letter));
  }
  a.sequence = read_sequence(u);
  a.skus = read_skus(u);
  a.events = read_events(u);
  a.reread = read_texts(u);
  return finish(u, std::move(a), "forestall_observe");
}

Result<Change> decode_remapped(std::string_view bytes) {
  Unpacker u(bytes);
  Change c;
  c.cursor = std::string(u.text());
  c.sequence = read_sequence(u);
  c.skus = read_skus(u);
  c.events = read_events(u);
  return finish(u, std::move(c), "forestall_remap");
}

Result<Change> decode_set(std::string_view bytes) {
  Unpacker u(bytes);
  Change c;
  c.sequence = read_sequence(u);
  c.skus = read_skus(u);
  c.events = read_events(u);
  return finish(u, std::move(c), "forestall_set");
}

Result<Change> decode_swept(std::string_view bytes) {
  Unpacker u(bytes);
  Change c;
  c.cursor = std::string(u.text());
  u.integer();
  c.sequence = read_sequence(u);
  c.skus = read_skus(u);
  c.details = read_texts(u);
  return finish(u, std::move(c), "forestall_sweep");
}

Result<Change> decode_rebuilt(std::string_view bytes) {
  Unpacker u(bytes);
  Change c;
  c.cursor = std::string(u.text());
  c.details = read_texts(u);
  c.sequence = read_sequence(u);
  c.skus = read_skus(u);
  return finish(u, std::move(c), "forestall_rebuild");
}

Result<Change> decode_sku_slice(std::string_view bytes) {
  Unpacker u(bytes);
  Change c;
  c.cursor = std::string(u.text());
  c.skus = read_skus(u);
  return finish(u, std::move(c), "forestall_load");
}

Result<RecordSlice> decode_record_slice(std::string_view bytes) {
  Unpacker u(bytes);
  RecordSlice s;
  s.cursor = std::string(u.text());
  const auto values = u.array();
  if (values % 2 != 0) u.fail("a field without a record");
  for (std::size_t i = 0; i < values / 2 && u.ok(); ++i) {
    std::string field(u.text());
    s.records.emplace_back(std::move(field), std::string(u.text()));
  }
  return finish(u, std::move(s), "forestall_load");
}

Result<std::vector<HistoryEvent>> decode_history(std::string_view sku, std::string_view bytes) {
  const auto broken = [] { return fail(ErrorCode::parse, "history: not as we write it"); };
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i]));
  };
  if (bytes.size() < 8) return broken();
  auto second = static_cast<std::int64_t>(byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24);
  std::size_t i = 8;
  const auto varint = [&]() -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    for (int shift = 0; i < bytes.size() && shift < 56; shift += 7) {
      const auto b = byte(i++);
      value |= (b & 127) << shift;
      if (b < 128) return value;
    }
    return std::nullopt;
  };
  std::vector<HistoryEvent> events;
  while (i < bytes.size()) {
    const auto step = varint();
    const auto code = step ? varint() : std::nullopt;
    if (!code) return broken();
    second += unzigzag(*step);
    auto& e = events.emplace_back();
    e.sku = std::string(sku);
    e.pool = static_cast<model::Pool>(*code % 3);
    e.kind = static_cast<HistoryEvent::Kind>(*code / 3 % 3);
    e.units = Units(unzigzag(*code / 9));
    e.at = Instant(std::chrono::seconds(second));
  }
  return events;
}

Result<std::vector<HistoryEvent>> decode_events(std::string_view bytes) {
  Unpacker u(bytes);
  auto events = read_events(u);
  return finish(u, std::move(events), "demand stream");
}

}  // namespace forestall::ledger
