// SPDX-License-Identifier: Apache-2.0
// The seller's ledger in memory: what the functions returned last, never a computation of our own. Compact: a
// million SKUs with three listings each fit in a few hundred megabytes (README, "Numbers").
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connectors/model/listing.hpp"
#include "connectors/model/order.hpp"
#include "daemon/ledger/chunked.hpp"
#include "daemon/ledger/interner.hpp"
#include "daemon/ledger/replies.hpp"
#include "daemon/ledger/stored.hpp"

namespace forestall::ledger {

// Positions in the mirror: small, stable while the process lives, meaningless outside it.
enum class SkuRef : std::uint32_t {};
enum class ListingRef : std::uint32_t {};

struct ListingPart {
  SkuRef sku;
  Units units;  // in one unit of the listing
  friend bool operator==(const ListingPart&, const ListingPart&) = default;
};

class Mirror {
 public:
  // --- what is known of a SKU ---
  std::optional<SkuRef> find_sku(std::string_view sku) const;
  std::string_view name(SkuRef sku) const { return sku_names_.text(static_cast<std::uint32_t>(sku)); }
  // nullopt: nothing was ever said about the SKU in this pool.
  std::optional<SkuState> state(SkuRef sku, model::Pool pool) const;
  std::size_t skus() const { return sku_names_.size(); }  // SkuRef 0 .. skus() - 1
  // Whether anything was ever said about it: a name in somebody's mapping alone makes no SKU.
  bool is_known(std::string_view sku) const;
  // The listings that sell the SKU, alone or in a bundle.
  std::vector<ListingRef> listings_of(SkuRef sku) const;

  // What counts most of the own pool without a text; nullopt where another pool is the SKU's first.
  struct OwnStock {
    std::int32_t available, reserve;
    model::Certainty certainty;
  };
  std::optional<OwnStock> own_stock(SkuRef sku) const;
  // A listing as far as it takes no text.
  struct Brief {
    ListingRef ref;
    std::uint32_t account;  // account_name()
    bool single;            // made of one unit of this SKU alone, of the own pool
    bool held;
    bool ordered;  // an open order named it since the mirror was read: else ordered_since() is zero
  };
  // The listings that sell the SKU, in the order of listings_of(), until fn(Brief) says false. Returns
  // whether it never did.
  template <class Fn>
  bool each_listing(SkuRef sku, Fn fn) const {
    const auto number = static_cast<std::uint32_t>(sku);
    for (auto at = sku_rows_.at(number).first_link; at != 0; at = links_[at].next)
      if (!fn(brief(links_[at].listing))) return false;
    return true;
  }
  std::size_t accounts() const { return account_names_.size(); }
  std::string_view account_name(std::uint32_t number) const { return account_names_.text(number); }

  // --- listings ---
  std::optional<ListingRef> find_listing(const AccountId& account, std::string_view listing) const;
  std::vector<ListingRef> listings_named(std::string_view text) const;  // of any account
  std::size_t listings() const { return rows_.size(); }                 // ListingRef 0 .. listings() - 1
  std::size_t listings_of(const AccountId& account) const;
  StoredListing listing(ListingRef ref) const;
  // Valid until clear().
  std::string_view account_of(ListingRef ref) const;
  std::string_view text_of(ListingRef ref) const;
  model::Pool pool_of(ListingRef ref) const;
  std::vector<ListingPart> parts(ListingRef ref) const;
  bool is_mapped(ListingRef ref) const { return rows_.at(static_cast<std::uint32_t>(ref)).parts > 0; }
  // The same components, in the same order.
  bool is_made_of(ListingRef ref, std::span<const Component> components) const;
  std::size_t unmapped() const { return unmapped_; }  // how many; is_mapped() says which

  // --- open orders ---
  std::size_t open_orders() const { return orders_.size(); }
  const model::OrderUpsert* order(const AccountId& account, const OrderId& id) const;
  std::vector<OrderId> orders_of(const AccountId& account, const ListingId& listing) const;
  const std::map<std::pair<AccountId, OrderId>, model::OrderUpsert>& all_open() const { return orders_; }
  // Open orders, the most urgent first, at most `most`: by ship-by, and where the channel states none (it
  // waits for a payment) by two days after placing.
  std::vector<const model::OrderUpsert*> by_ship_by(std::size_t most) const;
  // What open orders took of a listing after an instant, units of the listing: the sales a write may have
  // raced with.
  Units ordered_since(const AccountId& account, const ListingId& listing, Instant since) const;

  // --- feeding it ---
  void put(const SkuState& state);
  void put(const StoredListing& listing);
  void put(const Mapping& mapping);
  void observed(const model::ListingState& state);  // where the outcome says it was taken
  void put(const model::OrderUpsert& order);        // forgets it when it is closed; its listings become known
  void clear();
  // Grows with every clear(): SkuRefs and ListingRefs of an earlier generation mean nothing.
  std::uint64_t generation() const { return generation_; }
  // Before loading that many: tables of the right size at once.
  void reserve(std::size_t skus, std::size_t listings);

  std::size_t bytes() const;  // of the tables; the orders' texts are not counted

 private:
  // 48 bytes a SKU for the first pool it has; further pools stand aside.
  struct SkuRow {
    std::int64_t oldest = 0;
    std::int32_t available = 0, on_hand = 0, receipts = 0, committed = 0, quarantined = 0, reserve = 0;
    std::uint32_t first_link = 0;  // into links_, 0 for none
    std::uint8_t pool = 3;         // 3: nothing said yet
    std::uint8_t certainty = 0;
  };
  struct ListingRow {
    std::int64_t version = 0;
    std::int64_t true_at = 0;
    std::uint32_t name = 0;        // in listing_names_, "account number\x1flisting"
    std::uint32_t first_part = 0;  // SKU if parts == 1, else into bundles_
    std::int32_t quantity = -1;    // see has_quantity
    std::int32_t units = 0;        // of the one part
    std::uint16_t parts = 0;
    std::uint16_t account = 0;  // in account_names_, as far as it goes
    std::uint8_t activity = 0, pool = 0, mode = 0;
    bool has_quantity : 1 = false, doubtful : 1 = false, has_hold : 1 = false, ordered : 1 = false;
  };
  static_assert(sizeof(ListingRow) == 40);
  // A SKU's listings as a chain: 8 bytes an entry.
  struct Link {
    std::uint32_t listing = 0;
    std::uint32_t next = 0;
  };
  using OrderKey = std::pair<AccountId, OrderId>;

  Brief brief(std::uint32_t listing) const {
    const auto& row = rows_[listing];
    return {ListingRef{listing}, row.account, row.parts == 1 && row.units == 1 && row.pool == 0, row.has_hold,
            row.ordered};
  }
  static SkuRow pack(const SkuState& state, std::uint32_t first_link);
  SkuState unpack(std::uint32_t sku, const SkuRow& row) const;
  std::uint32_t sku_number(std::string_view sku);
  std::uint32_t listing_number(const AccountId& account, std::string_view listing);
  std::string listing_key(const AccountId& account, std::string_view listing) const;
  static std::string listing_key(std::uint32_t account, std::string_view listing);
  void set_parts(std::uint32_t listing, std::span<const Component> components);
  void link(std::uint32_t sku, std::uint32_t listing);
  void unlink(std::uint32_t sku, std::uint32_t listing);

  Interner sku_names_;
  Chunked<SkuRow> sku_rows_;
  std::map<std::pair<std::uint32_t, model::Pool>, SkuRow> other_pools_;
  Interner account_names_;
  Interner listing_names_;
  Chunked<ListingRow> rows_;
  std::vector<std::size_t> rows_of_account_;  // by account number
  Chunked<std::pair<std::uint32_t, std::int32_t>> bundles_;
  Chunked<Link> links_;  // the first stands for none
  std::uint32_t free_link_ = 0;
  std::size_t unmapped_ = 0;
  std::uint64_t generation_ = 0;
  std::unordered_map<std::uint32_t, std::string> holds_;
  std::map<OrderKey, model::OrderUpsert> orders_;
  std::set<std::pair<Instant, OrderKey>> ship_by_;
  // A listing's open orders, and what they took of it: by time, each with the sum up to and with it, so that
  // a question costs one search however many are open.
  struct OpenOf {
    std::set<OrderKey> orders;
    std::vector<std::pair<Instant, std::int64_t>> taken;
    void take(Instant at, std::int64_t units);
    void give_back(Instant at, std::int64_t units);
  };
  std::map<std::pair<AccountId, ListingId>, OpenOf> orders_of_listing_;
};

}  // namespace forestall::ledger
