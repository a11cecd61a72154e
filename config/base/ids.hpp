// SPDX-License-Identifier: Apache-2.0
// Strong ids: a SellerId is not an AccountId, and an order id is not a SKU. Made only by parse(), so that
// whatever holds one holds a bounded, printable, valid UTF-8 text.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "config/base/error.hpp"

namespace forestall {

namespace detail {
// 1 to `max_bytes` bytes of valid UTF-8 without control characters; `slug` allows only [a-z0-9_-].
Status check_id_text(std::string_view text, std::string_view kind, std::size_t max_bytes, bool slug);
}  // namespace detail

template <class Tag>
class Id {
 public:
  Id() = default;  // empty: "no id", what a default-constructed record holds before it is filled

  static Result<Id> parse(std::string_view text) {
    if (auto ok = detail::check_id_text(text, Tag::kind, Tag::max_bytes, Tag::slug); !ok)
      return std::unexpected(std::move(ok.error()));
    return Id(std::string(text));
  }
  // For constants in code and tests: a malformed text is a programming error and throws std::logic_error.
  static Id literal(std::string_view text) {
    auto id = parse(text);
    if (!id) throw std::logic_error(id.error().detail);
    return std::move(*id);
  }

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;
  friend bool operator==(const Id&, const Id&) = default;

 private:
  explicit Id(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// Names chosen in the configuration are slugs: they become part of keys, labels and file names.
struct SellerTag {
  static constexpr std::string_view kind = "seller";
  static constexpr std::size_t max_bytes = 64;
  static constexpr bool slug = true;
};
struct AccountTag {
  static constexpr std::string_view kind = "account";
  static constexpr std::size_t max_bytes = 64;
  static constexpr bool slug = true;
};
struct SourceTag {
  static constexpr std::string_view kind = "source";
  static constexpr std::size_t max_bytes = 64;
  static constexpr bool slug = true;
};
// Names given by others are any printable text.
struct SkuTag {
  static constexpr std::string_view kind = "sku";
  static constexpr std::size_t max_bytes = 128;
  static constexpr bool slug = false;
};
struct ListingTag {
  static constexpr std::string_view kind = "listing";
  static constexpr std::size_t max_bytes = 192;
  static constexpr bool slug = false;
};
struct OrderTag {
  static constexpr std::string_view kind = "order";
  static constexpr std::size_t max_bytes = 128;
  static constexpr bool slug = false;
};
struct OrderLineTag {
  static constexpr std::string_view kind = "order line";
  static constexpr std::size_t max_bytes = 128;
  static constexpr bool slug = false;
};
struct LocationTag {
  static constexpr std::string_view kind = "location";
  static constexpr std::size_t max_bytes = 64;
  static constexpr bool slug = false;
};
struct TrackingTag {
  static constexpr std::string_view kind = "tracking number";
  static constexpr std::size_t max_bytes = 64;
  static constexpr bool slug = false;
};

using SellerId = Id<SellerTag>;    // a tenant
using AccountId = Id<AccountTag>;  // one credential at one marketplace ("amazon-us")
using SourceId = Id<SourceTag>;    // who told us: an account, a stock source, a carrier
using SkuId = Id<SkuTag>;          // the seller's own stock-keeping unit
using ListingId = Id<ListingTag>;  // the channel's own name of an offer, unique within an account
using OrderId = Id<OrderTag>;      // the channel's order number, unique within an account
using OrderLineId = Id<OrderLineTag>;
using LocationId = Id<LocationTag>;
using TrackingId = Id<TrackingTag>;

}  // namespace forestall

template <class Tag>
struct std::hash<forestall::Id<Tag>> {
  std::size_t operator()(const forestall::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.str());
  }
};
