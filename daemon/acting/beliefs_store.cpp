// SPDX-License-Identifier: Apache-2.0
// What is believed of the shelves, kept in Redis beside the ledger: demand can be made again from its
// history, counts and failed picks cannot.
#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/acting/beliefs.hpp"
#include "daemon/acting/shelf_record.hpp"
#include "daemon/redis/hash_page.hpp"
#include "daemon/redis/reply.hpp"

namespace forestall::acting {

using boost::asio::awaitable;
using boost::asio::use_awaitable;
using ledger::SkuRef;

void Beliefs::touched(std::uint32_t sku, bool at_once) {
  changed_.insert(sku);
  save_at_once_ = save_at_once_ || at_once;
}

void Beliefs::damaged(std::string_view what, std::string_view sku, const Error& error) {
  log_.warning(what, {{"sku", sku}, {"reason", error}, {"advice", "it is believed from the books on"}});
}

awaitable<Status> Beliefs::load_losses(redis::Client& redis) {
  auto losses = co_await redis.call(redis::Request("GET", seller_.ledger->key_prefix() + "losses"),
                                    {.repeat = redis::Repeat::harmless});
  if (!losses) co_return std::unexpected(losses.error());
  const auto* bytes = losses->text();
  if (bytes == nullptr) co_return Status{};
  auto learner = decode_losses(*bytes);
  if (!learner) {
    log_.warning("losses_damaged", {{"reason", learner.error()}, {"advice", "they are learned anew"}});
    co_return Status{};
  }
  losses_ = *learner;
  law_ = losses_.law();
  co_return Status{};
}

awaitable<Status> Beliefs::load_shelves(redis::Client& redis, boost::asio::any_io_executor on) {
  const auto prefix = seller_.ledger->key_prefix();
  const auto& mirror = seller_.ledger->mirror();
  std::string cursor = "0";
  do {
    auto reply = co_await redis.call(redis::Request("HSCAN", prefix + "shelves", cursor, "COUNT", "500"),
                                     {.repeat = redis::Repeat::harmless});
    if (!reply) co_return std::unexpected(reply.error());
    auto page = redis::hash_page(*reply, "HSCAN shelves");
    if (!page) co_return std::unexpected(page.error());
    cursor = std::move(page->cursor);
    for (const auto& [name, bytes] : page->fields) {
      const auto ref = mirror.find_sku(name);
      if (!ref || static_cast<std::uint32_t>(*ref) >= shelves_.size()) continue;
      auto record = decode_shelf(bytes);
      if (!record) {
        damaged("shelf_damaged", name, record.error());
        continue;
      }
      auto& shelf = this->shelf(*ref);
      shelf.belief = record->belief;
      shelf.saved_at = record->at;
      shelf.known_empty = record->known_empty;
      shelf.emptied = record->emptied;
      shelf.since_empty = record->since_empty;
    }
    co_await boost::asio::post(on, use_awaitable);
  } while (cursor != "0");
  co_return Status{};
}

awaitable<Status> Beliefs::save(redis::Client& redis, Instant now) {
  constexpr std::size_t a_call = 256;
  save_at_once_ = false;
  const auto prefix = seller_.ledger->key_prefix();
  if (losses_changed_) {
    losses_changed_ = false;
    if (auto ok = co_await redis.call(redis::Request("SET", prefix + "losses", encode_losses(losses_)),
                                      {.repeat = redis::Repeat::harmless});
        !ok) {
      losses_changed_ = true;
      co_return std::unexpected(ok.error());
    }
  }
  while (!changed_.empty()) {
    const auto generation = generation_;
    // Positions of an earlier mirror mean other SKUs now; a replay is on its way.
    if (seller_.ledger->mirror().generation() != generation) break;
    std::vector<std::uint32_t> some;
    const auto most = std::min(changed_.size(), a_call);
    redis::Request request;
    request.begin(2 + 2 * most).word("HSET").word(prefix + "shelves");
    for (auto at = changed_.begin(); at != changed_.end() && some.size() < most; at = changed_.erase(at)) {
      const auto& shelf = this->shelf(SkuRef{*at});
      some.push_back(*at);
      request.word(seller_.ledger->mirror().name(SkuRef{*at}))
          .word(encode_shelf({.at = now,
                              .belief = shelf.belief,
                              .known_empty = shelf.known_empty,
                              .emptied = shelf.emptied,
                              .since_empty = shelf.since_empty}));
    }
    if (auto ok = co_await redis.call(std::move(request), {.repeat = redis::Repeat::harmless}); !ok) {
      if (generation == generation_) changed_.insert(some.begin(), some.end());
      co_return std::unexpected(ok.error());
    }
  }
  co_return Status{};
}

}  // namespace forestall::acting
