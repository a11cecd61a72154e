// SPDX-License-Identifier: Apache-2.0
// After an answer of Redis was lost the mirror is read again, and nobody was told what had changed meanwhile.
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/acting/seller_acts.hpp"

namespace forestall::acting {
namespace {

constexpr std::size_t listings_a_turn = 1000;

}  // namespace

// Makes the mirror whole; where it was read again since the last pass, everything that it says and nobody
// told is looked at. False: it is not whole, nothing may be decided now.
boost::asio::awaitable<bool> SellerActs::catch_up() {
  auto& ledger = *ports_.seller.ledger;
  if (!co_await ledger.make_whole()) co_return false;
  const auto& mirror = ledger.mirror();
  const auto generation = mirror.generation();
  if (generation == mirror_generation_) co_return true;
  // Positions of an earlier reading mean other SKUs now: what was believed of them is made again.
  if (auto ok = co_await floor_.beliefs.replay(ports_.redis, ports_.clock, ports_.executor, progress_); !ok) {
    floor_.log.warning("demand_not_replayed", {{"reason", ok.error()}});
    co_return false;
  }
  if (!ledger.whole() || mirror.generation() != generation) co_return false;  // from the beginning
  auto undecided = co_await ledger.undecided();
  if (!undecided) {
    floor_.log.warning("undecided_not_read", {{"reason", undecided.error()}});
    co_return false;
  }
  const auto to_decide = undecided->size();
  co_await mark_undecided(std::move(*undecided));
  if (!ledger.whole() || mirror.generation() != generation) co_return false;  // from the beginning
  std::size_t readings = 0;
  for (std::size_t i = 0; i < mirror.listings(); ++i) {
    const auto listing = mirror.listing(ledger::ListingRef{static_cast<std::uint32_t>(i)});
    const auto last = floor_.custody.last(journal::field_of(listing.account, listing.listing));
    if (listing.true_at && (!last || last->at < *listing.true_at)) {
      readings_.push_back(
          {listing.account, listing.listing, {listing.quantity, listing.activity, *listing.true_at}});
      ++readings;
    }
    if (i % listings_a_turn != listings_a_turn - 1) continue;
    made();
    co_await boost::asio::post(ports_.executor, boost::asio::use_awaitable);
    if (!ledger.whole() || mirror.generation() != generation) co_return false;  // from the beginning
  }
  sweep_next_ = 0;
  mirror_generation_ = generation;
  floor_.log.notice("mirror_read_again", {{"undecided", to_decide}, {"readings", readings}});
  co_return true;
}

}  // namespace forestall::acting
