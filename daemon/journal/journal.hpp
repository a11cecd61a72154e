// SPDX-License-Identifier: Apache-2.0
// The intent journal of one seller: what we wish to change outside, durable in Redis before anything is sent.
//
//   Journal journal(redis, clock, log, {.seller = seller, .lease_token = [&] { return ledger.lease_token();
//   }}); co_await journal.open(); auto appended = co_await journal.append({{.named_epoch = 0, .intent =
//   intent}}); co_await journal.move({{account, listing, appended->front().epoch, State::sent}});
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "config/base/log.hpp"
#include "daemon/journal/codec.hpp"
#include "daemon/journal/intent.hpp"
#include "daemon/redis/client.hpp"

namespace forestall::journal {

template <class T>
using Task = boost::asio::awaitable<Result<T>>;

struct JournalOptions {
  SellerId seller;
  std::function<std::string()> lease_token;  // of the seller's ledger: the journal is fenced with it
  std::chrono::nanoseconds call_timeout = std::chrono::seconds(5);
  Millis keep = std::chrono::days(120);
  std::uint64_t most_entries = 2'000'000;  // of the stream
  int slice = 500;
  std::function<void(const std::string& field)> recorded{};  // whenever a listing's first record comes in
};

struct Wish {
  std::uint64_t named_epoch = 0;  // of the listing's current intent; 0: it has none
  Intent intent{};
};
struct Appended {
  bool done = false;
  std::uint64_t epoch = 0;  // the new one; where not done: the current one, read again by then
};

struct Move {
  AccountId account{};
  ListingId listing{};
  std::uint64_t epoch = 0;
  State to = State::sent;
  std::string detail{};
  std::optional<Before> reading{};  // with `sent`: the listing as it was read just before
};
enum class Moved : std::uint8_t {
  done,        // or done before
  not_newest,  // another epoch is current
  not_legal,   // not from the state it is in
};

// One line of the journal, newest first in history().
struct Entry {
  enum class Kind : std::uint8_t { intent, move, settled, wish };
  std::string id{};  // of the stream: milliseconds-number
  Kind kind = Kind::intent;
  AccountId account{};
  ListingId listing{};
  std::uint64_t epoch = 0;
  std::optional<State> state{};  // of a move
  std::string detail{};
  std::optional<Intent> intent{};  // of an intent and a wish
};

// The newest entries, and how far back was looked for them.
struct Past {
  std::vector<Entry> entries{};
  std::string looked_to{};  // the oldest entry that was looked at; empty: there was none
  bool whole = false;       // nothing older is kept
};

// Use from the loop's thread only. Errors common to all calls: `conflict` when another owner holds the
// seller's lease (nothing was changed), and those of redis::Client. Every call may be repeated: a repeated
// append finds its own intent, a repeated move finds its own state.
class Journal {
 public:
  Journal(redis::Client& redis, Clock& clock, Logger log, JournalOptions options);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Loads the library, checks the schema, fills the index. The lease is held already.
  Task<void> open();

  // All in one atomic call, in order. An intent of a listing whose epoch moved on is refused by itself.
  Task<std::vector<Appended>> append(std::vector<Wish> wishes);
  Task<std::vector<Moved>> move(std::vector<Move> moves);
  // A late write cannot land any more.
  Task<void> settle(AccountId account, ListingId listing, std::uint64_t late_epoch);
  // What would have been wished (modes observe and advise): history only.
  Task<void> note(std::vector<Intent> intents);
  // Switches that outlive the process; an empty text deletes.
  Task<void> set_control(std::string name, std::string text);
  // Drops closed intents that are old and do not stand any more. Returns how many.
  Task<std::size_t> sweep();

  // nullptr: the journal knows nothing of it.
  const Record* find(const AccountId& account, const ListingId& listing) const;
  const std::unordered_map<std::string, Record>& records() const { return records_; }
  // All of them in slices that give way: fn(field, record) for those of the next `most` places. nullopt: that
  // was all. Where records were added meanwhile it may begin again from the beginning.
  struct Place {
    std::size_t bucket = 0, buckets = 0;
  };
  template <class Fn>
  std::optional<Place> visit(Place from, std::size_t most, Fn fn) const {
    const auto buckets = records_.bucket_count();
    if (from.buckets != buckets) from = {0, buckets};
    for (; from.bucket < buckets && most > 0; ++from.bucket, --most)
      for (auto at = records_.begin(from.bucket); at != records_.end(from.bucket); ++at)
        fn(at->first, at->second);
    return from.bucket < buckets ? std::optional(from) : std::nullopt;
  }
  const std::map<std::string, std::string, std::less<>>& controls() const { return controls_; }
  // How many listings' current intents are in each state.
  const std::array<std::size_t, state_count>& by_state() const { return by_state_; }
  const SellerId& seller() const { return options_.seller; }

  // Records that could not be read, field -> why: nothing is known of what we wished for these listings, and
  // they are not to be written. set_aside() keeps the bytes apart; then the listing has no intent.
  const std::map<std::string, std::string>& damaged() const { return damaged_; }
  Task<void> set_aside(std::string field);
  // Records and entries that could not be read since the start.
  std::uint64_t unreadable() const { return unreadable_; }

  // The current intent with its explanation; not_found.
  Task<Intent> intent(AccountId account, ListingId listing);
  // The newest entries, of all or of one listing: the last 24 of one are found at once, however much happened
  // since. What is older is looked for among no more than `most_read` entries. An entry that cannot be read
  // is passed over.
  Task<Past> past(std::optional<std::string> field, std::size_t most, std::size_t most_read = 20'000);
  Task<std::vector<Entry>> history(std::optional<std::string> field, std::size_t most,
                                   std::size_t most_read = 20'000);
  // What followed an entry, oldest first, at most `most`. After "" there is nothing: last_entry() is the
  // place from where whoever reads along begins.
  Task<std::vector<Entry>> after(std::string id, std::size_t most);
  Task<std::string> last_entry();

 private:
  Task<redis::Reply> call(redis::Request request);
  redis::Request begin(std::string_view function, std::size_t words) const;
  std::string key(std::string_view name) const { return prefix_ + ":" + std::string(name); }
  void put(const std::string& field, Record record);
  void erase(const std::string& field);
  void put_damaged(const std::string& field, const Error& why);
  // A page of the stream, read as far as it can be: entries, and the id of the last of all.
  void take_entries(const redis::Reply& reply, std::vector<Entry>& entries, std::string& last);
  // Reads records again, into the index; returns the stored intents' bytes.
  Task<std::vector<std::string>> refresh(const std::vector<std::string>& fields);

  redis::Client& redis_;
  Clock& clock_;
  Logger log_;
  JournalOptions options_;
  std::string prefix_;
  std::unordered_map<std::string, Record> records_;
  std::map<std::string, std::string, std::less<>> controls_;
  std::array<std::size_t, state_count> by_state_{};
  std::map<std::string, std::string> damaged_;
  std::uint64_t unreadable_ = 0;
  std::set<std::string> told_unreadable_;  // entries: the same are met again and again
};

}  // namespace forestall::journal
