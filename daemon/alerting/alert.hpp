// SPDX-License-Identifier: Apache-2.0
// Something a person should know, as a value: what, how pressing, what to do first, and the numbers behind
// it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/time.hpp"
#include "config/settings/notify.hpp"

namespace forestall::alerting {

using config::AlertKind;
using config::Severity;

// What an alert is about. Raising the same identity again renews the alert that stands; it makes no second
// one.
struct Identity {
  SellerId seller{};
  AlertKind kind = AlertKind::shortfall;
  AccountId account{};  // empty: of the seller as a whole
  std::string about{};  // a SKU, an order, a source: one of its kind and account; at most 300 bytes
  friend auto operator<=>(const Identity&, const Identity&) = default;
};

struct Alert {
  Identity identity{};
  Severity severity = Severity::warning;
  // True: it stands until it is resolved. False: something that happened, told once.
  bool lasting = true;
  // Evidence, not a forecast: told in every mode. What is not is told only where an account is in `advise` or
  // `guard`.
  bool hard = false;
  // One line: "MUG-BLUE runs out between Wed 25 and Sat 28 Nov". No personal data of buyers, as everywhere
  // below.
  std::string headline{};
  // What to do first, as a sentence: "Reorder 120 by Tue 24 Nov."
  std::string first{};
  // The numbers behind it, a line each.
  std::vector<std::string> numbers{};
  // The last moment when acting helps; the earliest comes first in a message.
  std::optional<Instant> act_by{};
  // For machines and for inhibition: {"sku", "MUG-BLUE"}.
  std::vector<std::pair<std::string, std::string>> labels{};
  friend bool operator==(const Alert&, const Alert&) = default;
};

}  // namespace forestall::alerting
