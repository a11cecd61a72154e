// SPDX-License-Identifier: Apache-2.0
#include "connectors/model/words.hpp"

#include <array>
#include <cstddef>

namespace forestall::model {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 3> pool_words = {"own", "marketplace", "preorder"};
constexpr std::array<std::string_view, 4> deducts_words = {"order", "allocation", "pick", "ship"};
constexpr std::array<std::string_view, 3> certainty_words = {"unknown", "known", "suspect"};
constexpr std::array<std::string_view, 6> order_words = {"pending", "open",      "partly_shipped",
                                                         "shipped", "cancelled", "unfulfillable"};
constexpr std::array<std::string_view, 4> by_words = {"unknown", "buyer", "seller", "marketplace"};
constexpr std::array<std::string_view, 8> reason_words = {
    "unknown", "no_stock", "buyer_changed_mind", "price_error", "payment", "late", "wrong_item", "other"};
constexpr std::array<std::string_view, 4> request_words = {"open", "granted", "refused", "withdrawn"};
constexpr std::array<std::string_view, 10> shipment_words = {
    "unknown",   "label_made", "accepted",  "in_transit", "out_for_delivery",
    "delivered", "exception",  "returning", "returned",   "lost"};
constexpr std::array<std::string_view, 8> return_words = {
    "requested", "authorised", "on_its_way", "received", "refunded", "exchanged", "refused", "withdrawn"};
constexpr std::array<std::string_view, 4> activity_words = {"unknown", "active", "inactive", "removed"};
constexpr std::array<std::string_view, 6> health_words = {"cancellation_rate",   "late_shipment_rate",
                                                          "valid_tracking_rate", "on_time_delivery_rate",
                                                          "order_defect_rate",   "late_response_rate"};

template <std::size_t N, class Enum>
std::string_view at(const std::array<std::string_view, N>& words, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? words[index] : std::string_view("?");
}

template <class Enum, std::size_t N>
std::optional<Enum> find(const std::array<std::string_view, N>& words, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i)
    if (words[i] == text) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

#define FORESTALL_WORDS(Enum, words)                             \
  std::string_view word(Enum value) { return at(words, value); } \
  template <>                                                    \
  std::optional<Enum> parse_word<Enum>(std::string_view text) {  \
    return find<Enum>(words, text);                              \
  }

FORESTALL_WORDS(Pool, pool_words)
FORESTALL_WORDS(DeductsAt, deducts_words)
FORESTALL_WORDS(Certainty, certainty_words)
FORESTALL_WORDS(OrderState, order_words)
FORESTALL_WORDS(CancelledBy, by_words)
FORESTALL_WORDS(CancelReason, reason_words)
FORESTALL_WORDS(RequestState, request_words)
FORESTALL_WORDS(ShipmentState, shipment_words)
FORESTALL_WORDS(ReturnState, return_words)
FORESTALL_WORDS(ListingActivity, activity_words)
FORESTALL_WORDS(HealthMetric, health_words)

#undef FORESTALL_WORDS

}  // namespace forestall::model
