// SPDX-License-Identifier: Apache-2.0
// An alert with its life: since when it stands, who acknowledged it, when it was over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/error.hpp"
#include "daemon/alerting/alert.hpp"

namespace forestall::alerting {

struct Standing {
  std::string id{};  // id_of(alert.identity)
  Alert alert{};
  Instant begun{};    // of this occurrence: what comes back after it was over begins anew
  Instant changed{};  // begun, or became more severe
  std::optional<Instant> resolved{};
  std::optional<Instant> acked{};
  std::string acked_by{};

  bool stands() const { return !resolved; }
  friend bool operator==(const Standing&, const Standing&) = default;
};

// 16 hexadecimal digits (FNV-1a, 64 bits), the same in every process; people may give the first few.
std::string id_of(const Identity& identity);
inline constexpr std::size_t shown_id = 8;  // so many of them are shown

// Of one occurrence of an alert, for what a sink was told.
std::uint64_t occurrence_of(const Standing& standing);

std::string_view word(AlertKind kind);     // "order_at_risk"
std::string_view word(Severity severity);  // "urgent"
std::optional<AlertKind> parse_kind(std::string_view text);

// As bytes (MessagePack). The reader takes hostile bytes; the id is made from what it holds.
std::string encode(const Standing& standing);
Result<Standing> decode_standing(std::string_view bytes);

}  // namespace forestall::alerting
