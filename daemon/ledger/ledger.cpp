// SPDX-License-Identifier: Apache-2.0
// Applying observations, and the small calls around it.
#include "daemon/ledger/ledger.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>
#include <variant>

#include "config/base/text.hpp"

#include "daemon/ledger/observation_codec.hpp"
#include "daemon/redis/hash_page.hpp"

namespace forestall::ledger {
namespace {

using redis::Repeat;

// The library's own refusals, as codes that callers act on.
Error understood(Error error) {
  if (error.detail.starts_with("LEASE "))
    return {ErrorCode::conflict, false, "ledger: lease " + error.detail.substr(6)};
  if (error.detail.starts_with("SCHEMA "))
    return {ErrorCode::unsupported, false, "ledger: " + error.detail.substr(7)};
  return error;
}

}  // namespace

Ledger::Ledger(redis::Client& redis, Clock& clock, Logger log, LedgerOptions options)
    : redis_(redis),
      clock_(clock),
      log_(log.with({{"seller", options.seller.str()}})),
      options_(std::move(options)),
      prefix_("forestall:{" + options_.seller.str() + "}") {}

std::string Ledger::key(std::string_view name) const { return prefix_ + ":" + std::string(name); }

std::vector<std::string> Ledger::leased(std::vector<std::string> words) const {
  std::vector<std::string> all = {token_, std::to_string(clock_.now().time_since_epoch().count())};
  all.insert(all.end(), std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
  return all;
}

Task<redis::Reply> Ledger::command(redis::Request request, Repeat repeat) {
  auto reply = co_await redis_.call(std::move(request), {.timeout = options_.call_timeout, .repeat = repeat});
  if (!reply) {
    // A caller who gave up did not take back what was sent.
    const bool unknown = reply.error().code == ErrorCode::outcome_unknown ||
                         (reply.error().code == ErrorCode::cancelled && repeat == Repeat::never);
    if (unknown && !stale_) {
      stale_ = true;
      gap_from_ = sequence_;
      delivered_.clear();
    }
    co_return std::unexpected(understood(std::move(reply.error())));
  }
  co_return std::move(*reply);
}

Task<std::string> Ledger::fcall(std::string_view function, std::vector<std::string> words, Repeat repeat) {
  redis::Request request;
  request.begin(4 + words.size()).word("FCALL").word(function).word(1).word(prefix_);
  for (const auto& word : words) request.word(word);
  auto reply = co_await command(std::move(request), repeat);
  if (!reply) co_return std::unexpected(reply.error());
  if (const auto* number = reply->integer()) co_return std::to_string(*number);
  auto text = reply->expect_text(function);
  if (!text) co_return std::unexpected(text.error());
  co_return std::string(*text);
}

void Ledger::feed(const std::vector<SkuState>& skus, std::uint64_t sequence) {
  for (const auto& state : skus) mirror_.put(state);
  if (sequence > sequence_) sequence_ = sequence;
}

Task<void> Ledger::intern(std::vector<std::string> missing) {
  if (missing.empty()) co_return Result<void>{};
  redis::Request request;
  const auto words = leased(missing);
  request.begin(4 + words.size()).word("FCALL").word("forestall_intern").word(1).word(prefix_);
  for (const auto& word : words) request.word(word);
  // Interning twice gives the same numbers.
  auto reply = co_await command(std::move(request), Repeat::harmless);
  if (!reply) co_return std::unexpected(reply.error());
  auto numbers = reply->expect_array("forestall_intern", missing.size());
  if (!numbers) co_return std::unexpected(numbers.error());
  for (std::size_t i = 0; i < missing.size(); ++i) {
    auto number = (*numbers)[i].expect_integer("forestall_intern");
    if (!number) co_return std::unexpected(number.error());
    names_.add(missing[i], *number);
  }
  co_return Result<void>{};
}

Task<void> Ledger::ready() {
  while (reloading_) co_await reloaded_->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  if (token_.empty()) co_return fail(ErrorCode::conflict, "ledger: not open");
  if (rebuilding_) co_return fail_retryable(ErrorCode::unavailable, "ledger: a rebuild is running");
  if (!stale_) co_return Result<void>{};
  reloading_ = true;
  reloaded_ = std::make_unique<boost::asio::steady_timer>(co_await boost::asio::this_coro::executor,
                                                          boost::asio::steady_timer::time_point::max());
  struct Wake {
    Ledger& ledger;
    ~Wake() {
      ledger.reloading_ = false;
      ledger.reloaded_->cancel();
    }
  } wake{*this};
  co_return co_await reload();
}

Task<void> Ledger::make_whole() {
  if (whole()) co_return Result<void>{};
  co_return co_await ready();
}

Task<void> Ledger::reload() {
  log_.notice("ledger_reload", {{"since", gap_from_}});
  auto replay = co_await events_since(gap_from_);
  if (!replay) co_return std::unexpected(replay.error());
  if (!replay->complete) log_.warning("ledger_events_lost", {{"since", gap_from_}});
  if (auto ok = co_await load_mirror(); !ok) co_return std::unexpected(ok.error());
  for (auto& [sequence, event] : replay->events)
    if (!delivered_.contains(sequence)) missed_.push_back(std::move(event));
  delivered_.clear();
  stale_ = false;
  co_return Result<void>{};
}

Task<Applied> Ledger::apply(std::span<const model::Observation> observations,
                            std::optional<CursorMove> cursor) {
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < observations.size(); ++i) {
    if (auto ok = model::check(observations[i]); !ok)
      co_return fail_in("observation " + std::to_string(i), ok.error());
    missing_names(observations[i], names_, missing);
  }
  if (auto ok = co_await ready(); !ok) co_return std::unexpected(ok.error());
  if (!missing.empty()) {
    if (auto ok = co_await intern(std::move(missing)); !ok) co_return std::unexpected(ok.error());
    // Meanwhile a rebuild may have begun, or an answer been lost.
    if (auto ok = co_await ready(); !ok) co_return std::unexpected(ok.error());
  }

  std::vector<std::string> words = {cursor ? cursor->name : "", cursor ? cursor->value : ""};
  for (const auto& observation : observations) words.push_back(encode(observation, names_));
  auto reply = co_await fcall("forestall_observe", leased(std::move(words)), Repeat::never);
  if (!reply) co_return std::unexpected(reply.error());
  auto applied = decode_applied(*reply);
  if (!applied) co_return std::unexpected(applied.error());
  if (applied->outcomes.size() != observations.size())
    co_return fail(ErrorCode::parse, "forestall_observe: an outcome for each observation is missing");

  feed(applied->skus, applied->sequence);
  for (std::size_t i = 0; i < observations.size(); ++i) {
    if (!changed(applied->outcomes[i])) continue;
    if (const auto* order = std::get_if<model::OrderUpsert>(&observations[i])) mirror_.put(*order);
    if (const auto* state = std::get_if<model::ListingState>(&observations[i])) mirror_.observed(*state);
  }
  if (stale_) delivered_.insert(applied->sequence);
  auto missed = std::exchange(missed_, {});
  applied->events.insert(applied->events.begin(), std::make_move_iterator(missed.begin()),
                         std::make_move_iterator(missed.end()));
  co_return std::move(*applied);
}

// In slices: a million undecided SKUs in one answer would hold up the loop. Each field that is there all the
// time is in it.
Task<std::map<std::string, std::string>> Ledger::hash(std::string_view name) {
  std::map<std::string, std::string> values;
  std::string cursor = "0";
  do {
    auto reply = co_await command(redis::Request("HSCAN", key(name), cursor, "COUNT", options_.slice),
                                  Repeat::harmless);
    if (!reply) co_return std::unexpected(reply.error());
    auto page = redis::hash_page(*reply, name);
    if (!page) co_return std::unexpected(page.error());
    cursor = std::move(page->cursor);
    for (const auto& [field, value] : page->fields)
      values.insert_or_assign(std::string(field), std::string(value));
  } while (cursor != "0");
  co_return values;
}

Task<std::deque<std::pair<std::string, std::uint64_t>>> Ledger::undecided() {
  std::deque<std::pair<std::string, std::uint64_t>> skus;
  std::string cursor = "0";
  do {
    auto reply = co_await command(redis::Request("HSCAN", key("dirty"), cursor, "COUNT", options_.slice),
                                  Repeat::harmless);
    if (!reply) co_return std::unexpected(reply.error());
    auto page = redis::hash_page(*reply, "dirty");
    if (!page) co_return std::unexpected(page.error());
    cursor = std::move(page->cursor);
    for (const auto& [sku, sequence] : page->fields)
      skus.emplace_back(sku, parse_integer<std::uint64_t>(sequence).value_or(0));
  } while (cursor != "0");
  co_return skus;
}

Task<std::int64_t> Ledger::decided(std::vector<std::pair<std::string, std::uint64_t>> skus) {
  if (skus.empty()) co_return 0;
  std::vector<std::string> words;
  for (auto& [sku, sequence] : skus) {
    words.push_back(std::move(sku));
    words.push_back(std::to_string(sequence));
  }
  auto reply = co_await fcall("forestall_clean", leased(std::move(words)), Repeat::harmless);
  if (!reply) co_return std::unexpected(reply.error());
  co_return parse_integer<std::int64_t>(*reply).value_or(0);
}

Task<std::vector<std::string>> Ledger::contradicted() {
  auto raw = co_await hash("reread");
  if (!raw) co_return std::unexpected(raw.error());
  std::vector<std::string> entities;
  for (const auto& [entity, version] : *raw) entities.push_back(entity);
  co_return entities;
}

Task<std::optional<std::string>> Ledger::cursor(std::string name) {
  auto reply = co_await command(redis::Request("HGET", key("cursor"), name), Repeat::harmless);
  if (!reply) co_return std::unexpected(reply.error());
  auto text = reply->expect_text_or_nil("HGET cursor");
  if (!text) co_return std::unexpected(text.error());
  if (!*text) co_return std::optional<std::string>();
  co_return std::optional<std::string>(std::string(**text));
}

}  // namespace forestall::ledger
