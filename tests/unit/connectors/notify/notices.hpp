// SPDX-License-Identifier: Apache-2.0
// A notice for tests, with everything in it that could break out of its place.
#pragma once

#include "connectors/ports/notifier.hpp"

namespace forestall::notify {

inline ports::Notice hostile_notice() {
  return {.id = "fa-19a-00c0ffee",
          .key = "acme/order_at_risk amazon-us",
          .subject = "Acme: Tasse \xc3\x9c\xe2\x9c\x93\r\nBcc: thief@example.com <!channel>",
          .first = "Ship <b>today</b> & tell.",
          .items = {{.headline = "Order 1 & <script>alert(1)</script>",
                     .first = "Hand it over.",
                     .numbers = {".", "deadline today", std::string(300, 'x')},
                     .urgency = ports::Urgency::urgent,
                     .reference = "3fa91c07"}},
          .more = "And 4,980 more.",
          .footer = "forestall ack 3fa91c07",
          .labels = {{"seller", "acme"}, {"kind", "order_at_risk"}, {"account", ""}},
          .urgency = ports::Urgency::urgent,
          .begun = Instant(std::chrono::sys_days(std::chrono::year{2026} / 11 / 23)),
          .made = Instant(std::chrono::sys_days(std::chrono::year{2026} / 11 / 23)),
          .stands_until = Instant(std::chrono::sys_days(std::chrono::year{2026} / 11 / 24)),
          .link = "https://forestall.example/"};
}

}  // namespace forestall::notify
