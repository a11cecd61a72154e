// SPDX-License-Identifier: Apache-2.0
// Observations that the ledger only keeps (it counts nothing from them): requests, parcels, messages,
// returns, products, prices, account health. Packed whole, read back whole.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "connectors/model/observation.hpp"

namespace forestall::ledger {

template <class T>
concept KeptEntity = std::same_as<T, model::CancelRequest> || std::same_as<T, model::ShipmentUpdate> ||
                     std::same_as<T, model::MessageUpsert> || std::same_as<T, model::ReturnUpsert> ||
                     std::same_as<T, model::ProductUpsert> || std::same_as<T, model::PriceObserved> ||
                     std::same_as<T, model::AccountHealth>;

// The field of the entity hash: a letter for the kind, then what identifies the entity.
template <KeptEntity T>
std::string entity_field(const T& o);
// What is stored: version, when it was closed (or false), weight, payload. Of two readings with equal
// versions the one with the larger weight wins: it asks more of the seller.
template <KeptEntity T>
std::string entity_content(const T& o);

// A stored record of the entity hash as the observation it came from. parse where the bytes are not ours.
Result<model::Observation> decode_entity(std::string_view field, std::string_view record);

}  // namespace forestall::ledger
