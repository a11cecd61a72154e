// SPDX-License-Identifier: Apache-2.0
// What the records of this folder have in common, as MessagePack.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/base/time.hpp"
#include "config/settings/notify.hpp"
#include "daemon/ledger/pack.hpp"

namespace forestall::alerting {

inline constexpr std::size_t most_listed = 10'000;

void put_instant(ledger::Packer& p, const std::optional<Instant>& instant);
std::optional<Instant> take_instant(ledger::Unpacker& u);

void put_texts(ledger::Packer& p, const std::vector<std::string>& texts);
void take_texts(ledger::Unpacker& u, std::vector<std::string>& texts);

void put_pairs(ledger::Packer& p, const std::vector<std::pair<std::string, std::string>>& pairs);
void take_pairs(ledger::Unpacker& u, std::vector<std::pair<std::string, std::string>>& pairs);

void take_severity(ledger::Unpacker& u, config::Severity& severity);

// An empty text is no id.
template <class T>
void take_id(ledger::Unpacker& u, T& id) {
  const auto text = u.text();
  if (!u.ok() || text.empty()) return;
  if (auto parsed = T::parse(text))
    id = std::move(*parsed);
  else
    u.fail(parsed.error().detail);
}

}  // namespace forestall::alerting
