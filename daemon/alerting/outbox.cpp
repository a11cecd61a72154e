// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/outbox.hpp"

#include <algorithm>
#include <tuple>

#include "daemon/alerting/bytes.hpp"

namespace forestall::alerting {
namespace {

using namespace std::chrono_literals;

void put_item(ledger::Packer& p, const ports::NoticeItem& item) {
  p.text(item.headline).text(item.first);
  put_texts(p, item.numbers);
  p.integer(static_cast<std::int64_t>(item.urgency)).boolean(item.over).text(item.reference);
}

ports::Urgency take_urgency(ledger::Unpacker& u) {
  const auto urgency = u.integer();
  if (u.ok() && (urgency < 0 || urgency > 2)) u.fail("an unknown urgency");
  return u.ok() ? static_cast<ports::Urgency>(urgency) : ports::Urgency::info;
}

ports::NoticeItem take_item(ledger::Unpacker& u) {
  ports::NoticeItem item;
  item.headline = u.text();
  item.first = u.text();
  take_texts(u, item.numbers);
  item.urgency = take_urgency(u);
  item.over = u.boolean();
  item.reference = u.text();
  return item;
}

}  // namespace

std::string encode(const Message& m) {
  const auto& n = m.notice;
  ledger::Packer p;
  p.integer(1).text(m.sink).text(m.group);
  put_texts(p, m.done);
  p.integer(m.attempts).boolean(m.refused).text(m.last_error);
  p.text(n.id).text(n.key).text(n.subject).text(n.first).array(n.items.size());
  for (const auto& item : n.items) put_item(p, item);
  p.text(n.more).text(n.footer);
  put_pairs(p, n.labels);
  p.integer(static_cast<std::int64_t>(n.urgency));
  put_instant(p, n.begun);
  put_instant(p, n.made);
  put_instant(p, n.resolved);
  put_instant(p, n.stands_until);
  p.text(n.link);
  return p.take();
}

Result<Message> decode_message(std::string_view bytes) {
  ledger::Unpacker u(bytes);
  Message m;
  auto& n = m.notice;
  if (u.integer() != 1) u.fail("a message of another version");
  m.sink = u.text();
  m.group = u.text();
  take_texts(u, m.done);
  m.attempts = static_cast<std::uint32_t>(u.integer());
  m.refused = u.boolean();
  m.last_error = u.text();
  n.id = u.text();
  n.key = u.text();
  n.subject = u.text();
  n.first = u.text();
  const auto items = u.array();
  if (items > most_listed) u.fail("too many items");
  for (std::size_t i = 0; i < items && u.ok(); ++i) n.items.push_back(take_item(u));
  n.more = u.text();
  n.footer = u.text();
  take_pairs(u, n.labels);
  n.urgency = take_urgency(u);
  n.begun = take_instant(u).value_or(Instant{});
  n.made = take_instant(u).value_or(Instant{});
  n.resolved = take_instant(u);
  n.stands_until = take_instant(u).value_or(Instant{});
  n.link = u.text();
  if (u.ok() && !u.at_end()) u.fail("more than a message");
  if (!u.ok()) return std::unexpected(u.error("message"));
  return m;
}

AfterAttempt after(const Message& message, const ports::Delivery& delivery, Instant now, Random& random) {
  if (delivery.outcome == ports::Outcome::delivered) return {};
  if (now - message.notice.made > most_age) return {Next::give_up};
  Millis most = 1h;
  if (delivery.outcome != ports::Outcome::refused)
    most = std::min<Millis>(15min, 5s * (1 << std::min(message.attempts, 10U)));
  const auto share = 0.75 + random.unit() / 4;
  const Millis wait(static_cast<std::int64_t>(share * static_cast<double>(most.count())));
  return {Next::again, std::max(wait, delivery.retry_after.value_or(Millis(0)))};
}

const Message* first_of(const Outbox& outbox, std::string_view sink,
                        const std::map<std::string, Monotonic, std::less<>>& not_before, Monotonic now) {
  const Message* best = nullptr;
  const auto key = [](const Message& m) {
    return std::tuple(-static_cast<int>(m.notice.urgency), m.notice.made, std::string_view(m.id()));
  };
  for (const auto& [id, message] : outbox) {
    if (message.sink != sink) continue;
    if (const auto at = not_before.find(id); at != not_before.end() && now < at->second) continue;
    if (best == nullptr || key(message) < key(*best)) best = &message;
  }
  return best;
}

}  // namespace forestall::alerting
