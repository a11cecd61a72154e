// SPDX-License-Identifier: Apache-2.0
// What people do not want to hear of for a while. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/alerting/standing.hpp"

namespace forestall::alerting {

// `forestall snooze`. What is not given matches everything; at least one of the first three is given.
struct Silence {
  std::string id{};     // 8 hexadecimal digits
  std::string alert{};  // id of one alert; empty: of any
  std::optional<AlertKind> kind{};
  AccountId account{};  // empty: of any
  Instant since{};
  Instant until{};
  std::string by{};
  std::string why{};
  friend bool operator==(const Silence&, const Silence&) = default;
};
using Silences = std::map<std::string, Silence, std::less<>>;

// Why nobody is told of this alert now; null: nothing keeps it.
const Silence* silenced_by(const Standing& standing, const Silences& silences, Instant now);

std::string encode(const Silence& silence);
Result<Silence> decode_silence(std::string_view id, std::string_view bytes);

}  // namespace forestall::alerting
