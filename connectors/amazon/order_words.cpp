// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/order_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "config/base/text.hpp"

namespace forestall::amazon {

namespace {

template <class Value, std::size_t n>
std::optional<Value> look_up(const std::array<std::pair<std::string_view, Value>, n>& table,
                             std::string_view word) {
  const auto found = std::ranges::find(table, word, &std::pair<std::string_view, Value>::first);
  if (found == table.end()) return std::nullopt;
  return found->second;
}

}  // namespace

model::OrderState order_state(std::string_view word) {
  using enum model::OrderState;
  static constexpr std::array<std::pair<std::string_view, model::OrderState>, 8> table{{
      {"PENDING_AVAILABILITY", pending},
      {"PENDING", pending},
      {"UNSHIPPED", open},
      {"PARTIALLY_SHIPPED", partly_shipped},
      {"SHIPPED", shipped},
      {"CANCELLED", cancelled},
      {"CANCELED", cancelled},
      {"UNFULFILLABLE", unfulfillable},
  }};
  return look_up(table, word).value_or(open);
}

model::CancelledBy cancelled_by(std::string_view word) {
  using enum model::CancelledBy;
  static constexpr std::array<std::pair<std::string_view, model::CancelledBy>, 3> table{
      {{"BUYER", buyer}, {"MERCHANT", seller}, {"AMAZON", marketplace}}};
  return look_up(table, word).value_or(unknown);
}

model::CancelReason cancel_reason(std::string_view text) {
  using enum model::CancelReason;
  if (trim(text).empty()) return unknown;
  std::string lower = " " + to_lower(text);
  std::ranges::replace(lower, '_', ' ');
  // The first that is found in the text; the more telling words stand first.
  static constexpr std::array<std::pair<std::string_view, model::CancelReason>, 20> table{{
      {"better", buyer_changed_mind},  // a better price elsewhere is no error in ours
      {"inventory", no_stock},
      {"stock", no_stock},
      {" pric", price_error},  // price, pricing
      {"payment", payment},
      {"fraud", payment},
      {"changed mind", buyer_changed_mind},
      {"changed my mind", buyer_changed_mind},
      {"no longer needed", buyer_changed_mind},
      {"by mistake", buyer_changed_mind},
      {"customer exchange", buyer_changed_mind},
      {"buyer cancel", buyer_changed_mind},  // cancelled, canceled
      {"buyer request", buyer_changed_mind},
      {"customer request", buyer_changed_mind},
      {" late", late},
      {"undeliverable", late},
      {"not arrive", late},
      {"description", wrong_item},
      {"described", wrong_item},
      {"wrong", wrong_item},
  }};
  for (const auto& [word, reason] : table)
    if (lower.find(word) != std::string::npos) return reason;
  return other;
}

model::ShipmentState shipment_state(std::string_view status, std::string_view detailed) {
  using enum model::ShipmentState;
  static constexpr std::array<std::pair<std::string_view, model::ShipmentState>, 16> by_detail{{
      {"PENDING_SCHEDULE", label_made},
      {"PENDING_PICK_UP", label_made},
      {"PENDING_DROP_OFF", label_made},
      {"LABEL_CANCELLED", unknown},
      {"PICKED_UP", accepted},
      {"DROPPED_OFF", accepted},
      {"AT_ORIGIN_FC", in_transit},
      {"AT_DESTINATION_FC", in_transit},
      {"DELIVERED", delivered},
      {"REJECTED_BY_BUYER", exception},
      {"UNDELIVERABLE", exception},
      {"RETURNING_TO_SELLER", returning},
      {"RETURNED_TO_SELLER", returned},
      {"LOST", lost},
      {"OUT_FOR_DELIVERY", out_for_delivery},
      {"DAMAGED", exception},
  }};
  if (const auto state = look_up(by_detail, detailed)) return *state;
  // SHIPPED is what the seller says; no carrier has seen the parcel for that.
  static constexpr std::array<std::pair<std::string_view, model::ShipmentState>, 6> by_status{{
      {"PENDING", label_made},
      {"SHIPPED", label_made},
      {"IN_TRANSIT", in_transit},
      {"DELIVERED", delivered},
      {"CANCELLED", unknown},
      {"UNDELIVERABLE", exception},
  }};
  return look_up(by_status, status).value_or(unknown);
}

std::optional<CarrierId> carrier_id(std::string_view name) {
  std::string slug;
  for (const char c : to_lower(trim(name))) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain)
      slug += c;
    else if (!slug.empty() && slug.back() != '_')
      slug += '_';
  }
  while (!slug.empty() && slug.back() == '_') slug.pop_back();
  if (slug.size() > CarrierTag::max_bytes) slug.resize(CarrierTag::max_bytes);
  auto id = CarrierId::parse(slug);
  if (!id) return std::nullopt;
  return *id;
}

}  // namespace forestall::amazon
