// SPDX-License-Identifier: Apache-2.0
// A notice as a mail: headers, and a plain and an HTML part. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/ports/notifier.hpp"

namespace forestall::notify::smtp {

struct Envelope {
  std::string from{};
  std::vector<std::string> to{};
};

// "<ID@HOST>", HOST of the sender's address: the same at every attempt, so that a mail that came twice can be
// told. Mail programs show notices of one key as one conversation (References).
std::string mail_of(const ports::Notice& notice, const Envelope& envelope);

// As it follows DATA, without the last dot: CRLF line ends, lines that begin with a dot doubled (RFC
// 5321 4.5.2).
std::string dot_stuffed(std::string_view mail);

// "Mon, 23 Nov 2026 10:00:00 +0000"
std::string mail_date(Instant instant);

}  // namespace forestall::notify::smtp
