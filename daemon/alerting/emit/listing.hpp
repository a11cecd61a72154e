// SPDX-License-Identifier: Apache-2.0
// A listing that was changed, or would have been, as an alert. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "daemon/alerting/alert.hpp"
#include "daemon/journal/intent.hpp"

namespace forestall::alerting {

enum class Change : std::uint8_t { made, only_wished };  // only_wished: mode advise

// nullopt where nobody needs to be told: what a person did, a quantity that only rose, or a zero on the way
// to another number. `particulars`: of the identity, so that each change is told ("17", its epoch).
// `elsewhere`: the listings that show the units of one that was emptied for them ("amazon-us MUG").
std::optional<Alert> alert_of(const journal::Intent& intent, Change change, std::string_view particulars,
                              const SellerId& seller, std::span<const std::string> elsewhere = {});

}  // namespace forestall::alerting
