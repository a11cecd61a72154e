// SPDX-License-Identifier: Apache-2.0
// The stable words for the vocabulary's enumerations: what logs, metrics, CSV files and the API say.
#pragma once

#include <optional>
#include <string_view>

#include "connectors/model/observation.hpp"

namespace forestall::model {

std::string_view word(Pool value);
std::string_view word(DeductsAt value);
std::string_view word(Certainty value);
std::string_view word(OrderState value);
std::string_view word(CancelledBy value);
std::string_view word(CancelReason value);
std::string_view word(RequestState value);
std::string_view word(ShipmentState value);
std::string_view word(ReturnState value);
std::string_view word(ListingActivity value);
std::string_view word(HealthMetric value);

// The value of a word, for whichever enumeration is asked; nullopt for any other text.
template <class Enum>
std::optional<Enum> parse_word(std::string_view text);

}  // namespace forestall::model
