// SPDX-License-Identifier: Apache-2.0
// All alerts of one seller: those that stand, and those that are over for a while. Pure; what changed since
// it was last asked is to be stored.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/alerting/inbox.hpp"
#include "daemon/alerting/standing.hpp"

namespace forestall::alerting {

class Book {
 public:
  static constexpr std::size_t kinds = 12;
  // More are not taken; a tenth more where they are urgent.
  explicit Book(std::size_t most = 10'000) : most_(most) {}
  // Of what happened, as opposed to what lasts: it stands until every sink was told, and one that is away for
  // long must not cost the others a place. The oldest gives way.
  static constexpr std::size_t most_events = 2'000;

  void take(const News& news, Instant now);
  // An AllOf a slice at a time, from the first to the last: of thousands of alerts the whole is too long for
  // one turn of the loop. Other news may be taken in between.
  class Taking {
   public:
    Taking(AllOf all, Instant now) : all_(std::move(all)), now_(now) {}
    bool step(Book& book, std::size_t most);  // about so many alerts; true while there are more

   private:
    AllOf all_;
    Instant now_;
    std::size_t next_ = 0;
    std::set<std::string> named_{};
    std::string let_go_{};  // what was not named is let go up to here
  };
  // The newest of its id; false where nothing of this id stands.
  bool acknowledge(const std::string& id, Instant now, const std::string& by);
  void resolve(const std::string& id, Instant now);
  // Drops what is over for longer than `keep`; where there is too much of it the oldest.
  void forget(Instant now, Millis keep);
  // As it was stored.
  void put(Standing standing);

  const Standing* find(std::string_view id) const;
  // By the first digits of its id; null where none or several begin so.
  const Standing* find_by_prefix(std::string_view digits) const;
  const std::map<std::string, Standing, std::less<>>& all() const { return all_; }
  std::size_t standing() const;
  // Their ids.
  const std::set<std::string>& standing_of(AlertKind kind) const {
    return standing_.at(static_cast<std::size_t>(kind));
  }
  std::uint64_t refused() const { return refused_; }
  // Events that gave way to newer ones before every sink was told.
  std::uint64_t overtaken() const { return overtaken_; }

  // Ids of what is to be written, or to be deleted where find() has none. Texts alone (numbers that move from
  // minute to minute) come only with `texts`.
  std::set<std::string> take_changed(bool texts);
  // They could not be stored: they come again.
  void not_stored(const std::set<std::string>& ids) { changed_.insert(ids.begin(), ids.end()); }

 private:
  std::string raise(const Alert& alert, Instant now);  // its id
  void stands_now(const Standing& standing);
  void stands_no_more(const Standing& standing);

  std::size_t most_;
  std::uint64_t refused_ = 0, overtaken_ = 0;
  std::map<std::string, Standing, std::less<>> all_;
  std::array<std::set<std::string>, kinds> standing_;  // ids of what stands, by kind
  std::set<std::pair<Instant, std::string>> events_;   // that stand, the oldest first
  std::set<std::string> changed_, reworded_;
};

}  // namespace forestall::alerting
