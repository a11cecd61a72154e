// SPDX-License-Identifier: Apache-2.0
// What pollers need of a ledger, and nothing more of it: tests bring their own.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/ids.hpp"
#include "connectors/model/observation.hpp"
#include "connectors/ports/stock_source.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/ledger/names.hpp"
#include "daemon/polling/feed_watch.hpp"

namespace forestall::polling {

// An entity whose readings contradict each other, where a channel can be asked about it again.
struct Doubtful {
  AccountId account;
  std::variant<OrderId, ListingId> entity;
  friend bool operator==(const Doubtful&, const Doubtful&) = default;
};
// "o:1:100-7" and "l:1:SKU-7" as the ledger names them; nullopt for entities that no account can be asked
// about (stock, receipts, picks).
std::optional<Doubtful> parse_doubtful(std::string_view entity, const ledger::Names& names);

class Door {
 public:
  virtual ~Door() = default;
  virtual bool is_open(const flow::Seller& seller) const = 0;
  // As flow::Flow::apply.
  virtual boost::asio::awaitable<Result<ledger::Applied>> apply(
      flow::Seller& seller, std::span<const model::Observation> observations,
      std::optional<ledger::CursorMove> cursor) = 0;
  // Empty where it was never moved. unavailable where the ledger is not open.
  virtual boost::asio::awaitable<Result<std::string>> cursor(flow::Seller& seller, std::string name) = 0;
  virtual boost::asio::awaitable<Result<std::vector<Doubtful>>> contradicted(flow::Seller& seller) = 0;
  // The SKUs whose stock is known in a pool, with the time that it was true.
  virtual boost::asio::awaitable<std::vector<ports::NamedSku>> known_stock(flow::Seller& seller,
                                                                           model::Pool pool) = 0;
  // Of one SKU; nullopt where its stock is not known.
  virtual std::optional<KnownStock> stock_of(const flow::Seller& seller, const SkuId& sku,
                                             model::Pool pool) const = 0;
  // Where several sources speak for a pool: what this one said before of each level at its place, in order;
  // and every SKU that it named, with the time that it was true (a SKU may come twice).
  virtual boost::asio::awaitable<Result<std::vector<std::optional<KnownStock>>>> said_before(
      flow::Seller& seller, model::Pool pool, std::span<const model::StockLevel* const> levels) = 0;
  virtual boost::asio::awaitable<Result<std::vector<ports::NamedSku>>> named_by(flow::Seller& seller,
                                                                                model::Pool pool,
                                                                                const SourceId& source,
                                                                                const LocationId& at) = 0;
  virtual std::size_t known_skus(const flow::Seller& seller) const = 0;
  virtual bool knows_open_order(const flow::Seller& seller, const AccountId& account,
                                const OrderId& order) const = 0;
};

// The real one.
class FlowDoor final : public Door {
 public:
  explicit FlowDoor(flow::Flow& flow) : flow_(flow) {}
  bool is_open(const flow::Seller& seller) const override { return seller.open; }
  boost::asio::awaitable<Result<ledger::Applied>> apply(flow::Seller& seller,
                                                        std::span<const model::Observation> observations,
                                                        std::optional<ledger::CursorMove> cursor) override;
  boost::asio::awaitable<Result<std::string>> cursor(flow::Seller& seller, std::string name) override;
  boost::asio::awaitable<Result<std::vector<Doubtful>>> contradicted(flow::Seller& seller) override;
  boost::asio::awaitable<std::vector<ports::NamedSku>> known_stock(flow::Seller& seller,
                                                                   model::Pool pool) override;
  std::optional<KnownStock> stock_of(const flow::Seller& seller, const SkuId& sku,
                                     model::Pool pool) const override;
  boost::asio::awaitable<Result<std::vector<std::optional<KnownStock>>>> said_before(
      flow::Seller& seller, model::Pool pool, std::span<const model::StockLevel* const> levels) override;
  boost::asio::awaitable<Result<std::vector<ports::NamedSku>>> named_by(flow::Seller& seller,
                                                                        model::Pool pool,
                                                                        const SourceId& source,
                                                                        const LocationId& at) override;
  std::size_t known_skus(const flow::Seller& seller) const override;
  bool knows_open_order(const flow::Seller& seller, const AccountId& account,
                        const OrderId& order) const override;

 private:
  flow::Flow& flow_;
};

}  // namespace forestall::polling
