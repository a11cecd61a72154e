// SPDX-License-Identifier: Apache-2.0
// A ledger in memory, as far as pollers see one: versions decide, a cursor moves with its observations, and
// calls fail before or after they were carried out.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/polling/door.hpp"

namespace forestall::test {

class MemoryDoor final : public polling::Door {
 public:
  explicit MemoryDoor(Clock& clock) : clock_(clock) {}

  bool is_open(const flow::Seller&) const override { return open; }
  boost::asio::awaitable<Result<ledger::Applied>> apply(flow::Seller& seller,
                                                        std::span<const model::Observation> observations,
                                                        std::optional<ledger::CursorMove> cursor) override;
  boost::asio::awaitable<Result<std::string>> cursor(flow::Seller& seller, std::string name) override;
  boost::asio::awaitable<Result<std::vector<polling::Doubtful>>> contradicted(flow::Seller& seller) override;
  boost::asio::awaitable<std::vector<ports::NamedSku>> known_stock(flow::Seller&, model::Pool) override;
  std::optional<polling::KnownStock> stock_of(const flow::Seller&, const SkuId& sku,
                                              model::Pool) const override {
    const auto found = stock.find(sku.str());
    return found == stock.end() ? std::nullopt : std::optional(found->second);
  }
  boost::asio::awaitable<Result<std::vector<std::optional<polling::KnownStock>>>> said_before(
      flow::Seller&, model::Pool, std::span<const model::StockLevel* const> levels) override;
  boost::asio::awaitable<Result<std::vector<ports::NamedSku>>> named_by(flow::Seller&, model::Pool,
                                                                        const SourceId& source,
                                                                        const LocationId&) override;
  std::size_t known_skus(const flow::Seller&) const override { return stock.size(); }
  bool knows_open_order(const flow::Seller&, const AccountId&, const OrderId& order) const override {
    return changes.contains("o " + order.str());
  }

  enum class Fault : std::uint8_t { none, refused, lost_answer };
  bool open = true;
  std::deque<Fault> faults{};  // of the next calls of apply
  Millis latency{0};
  std::vector<polling::Doubtful> doubtful{};
  // Reread marks of the next answers of apply.
  bool contradicts = false;

  std::map<std::string, polling::KnownStock> stock{};  // on hand as last read; what orders took is the test's
  std::map<std::pair<std::string, std::string>, model::StockLevel> said{};  // source, SKU -> as last read
  std::map<std::string, bool> suspect{};                                    // as last read
  std::map<std::string, std::string> cursors{};
  std::map<std::string, std::uint64_t> versions{};  // entity -> version
  std::map<std::string, int> changes{};             // entity -> how often it changed
  std::size_t calls = 0;
  std::size_t largest_call = 0;
  std::size_t observations_seen = 0;

 private:
  Clock& clock_;
};

}  // namespace forestall::test
