// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/bytes.hpp"

namespace forestall::alerting {

void put_instant(ledger::Packer& p, const std::optional<Instant>& instant) {
  if (instant)
    p.integer(instant->time_since_epoch().count());
  else
    p.nil();
}

std::optional<Instant> take_instant(ledger::Unpacker& u) {
  if (u.absent()) return std::nullopt;
  const auto count = u.integer();
  // Years 1970 to 9999, as everywhere.
  if (count < 0 || count > 253'402'300'799'999) {
    u.fail("a time out of range");
    return std::nullopt;
  }
  return Instant(Millis(count));
}

void put_texts(ledger::Packer& p, const std::vector<std::string>& texts) {
  p.array(texts.size());
  for (const auto& text : texts) p.text(text);
}

void take_texts(ledger::Unpacker& u, std::vector<std::string>& texts) {
  const auto size = u.array();
  if (size > most_listed) return u.fail("too many texts");
  for (std::size_t i = 0; i < size && u.ok(); ++i) texts.emplace_back(u.text());
}

void put_pairs(ledger::Packer& p, const std::vector<std::pair<std::string, std::string>>& pairs) {
  p.array(pairs.size());
  for (const auto& [name, value] : pairs) p.text(name).text(value);
}

void take_pairs(ledger::Unpacker& u, std::vector<std::pair<std::string, std::string>>& pairs) {
  const auto size = u.array();
  if (size > most_listed) return u.fail("too many labels");
  for (std::size_t i = 0; i < size && u.ok(); ++i) {
    std::string name(u.text());
    pairs.emplace_back(std::move(name), std::string(u.text()));
  }
}

void take_severity(ledger::Unpacker& u, config::Severity& severity) {
  const auto text = u.text();
  for (const auto& [word, value] : config::words(std::type_identity<config::Severity>{}))
    if (word == text) {
      severity = value;
      return;
    }
  u.fail("an unknown severity");
}

}  // namespace forestall::alerting
