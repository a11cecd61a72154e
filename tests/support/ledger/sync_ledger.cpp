// SPDX-License-Identifier: Apache-2.0
#include "tests/support/ledger/sync_ledger.hpp"

#include <stdexcept>

#include "config/base/text.hpp"
#include "daemon/ledger/library.hpp"
#include "daemon/ledger/pack.hpp"
#include "daemon/redis/function_library.hpp"

namespace forestall::test {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  return std::move(*result);
}

redis::Reply must_reply(std::optional<redis::Reply> reply, const std::string& what) {
  if (!reply) throw std::runtime_error(what + ": the connection broke");
  if (reply->is_error()) throw std::runtime_error(what + ": " + *reply->text());
  return std::move(*reply);
}

}  // namespace

void load_library(SyncRedis& redis) {
  const auto text = redis::library_text({.name = std::string(ledger::library_name),
                                         .version = ledger::library_version,
                                         .code = ledger::library_source()});
  must_reply(redis.call({"FUNCTION", "LOAD", "REPLACE", text}), "FUNCTION LOAD");
}

SyncLedger::SyncLedger(SyncRedis& redis, std::string seller, std::string owner)
    : redis_(redis), prefix_("forestall:{" + seller + "}") {
  const auto lease = call("forestall_lease", {std::move(owner), "3600000"});
  token_ = *lease.items()[1].text();
  call("forestall_migrate", leased({"0", "100"}));
}

std::vector<std::string> SyncLedger::leased(std::vector<std::string> words) const {
  std::vector<std::string> all = {token_, std::to_string(now_.time_since_epoch().count())};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

redis::Reply SyncLedger::call(const std::string& function, std::vector<std::string> words) {
  std::vector<std::string> all = {"FCALL", function, "1", prefix_};
  all.insert(all.end(), words.begin(), words.end());
  return must_reply(redis_.call(all), function);
}

std::string SyncLedger::text(const std::string& function, std::vector<std::string> words) {
  return *call(function, std::move(words)).text();
}

void SyncLedger::intern(const std::vector<std::string>& missing) {
  if (missing.empty()) return;
  const auto numbers = call("forestall_intern", leased(missing));
  for (std::size_t i = 0; i < missing.size(); ++i) names_.add(missing[i], *numbers.items()[i].integer());
}

void SyncLedger::keep(const ledger::Change& change) {
  returned.insert(returned.end(), change.skus.begin(), change.skus.end());
  events.insert(events.end(), change.events.begin(), change.events.end());
}

std::vector<std::string> SyncLedger::observe_words(std::span<const model::Observation> observations,
                                                   const std::string& cursor, const std::string& value) {
  std::vector<std::string> missing;
  for (const auto& o : observations) ledger::missing_names(o, names_, missing);
  intern(missing);
  std::vector<std::string> words = {cursor, value};
  for (const auto& o : observations) words.push_back(ledger::encode(o, names_));
  words = leased(words);
  words.insert(words.begin(), {"FCALL", "forestall_observe", "1", prefix_});
  return words;
}

ledger::Applied SyncLedger::observe(std::span<const model::Observation> observations,
                                    const std::string& cursor, const std::string& value) {
  const auto reply = must_reply(redis_.call(observe_words(observations, cursor, value)), "forestall_observe");
  auto applied = must(ledger::decode_applied(*reply.text()));
  returned.insert(returned.end(), applied.skus.begin(), applied.skus.end());
  events.insert(events.end(), applied.events.begin(), applied.events.end());
  return applied;
}

void SyncLedger::configure(const std::vector<ledger::Feed>& feeds) {
  std::vector<std::string> missing;
  for (const auto& feed : feeds)
    for (const auto& [kind, name] :
         {std::pair(ledger::NameKind::feed, ledger::feed_name(feed.source, feed.location)),
          std::pair(ledger::NameKind::location, feed.location.str())})
      if (!names_.number(kind, name)) missing.push_back(ledger::qualified(kind, name));
  intern(missing);
  if (*call("forestall_configure", leased({ledger::encode_feeds(feeds, names_)})).integer() == 1)
    rebuild("2");
}

void SyncLedger::map(const std::vector<ledger::Mapping>& mappings) {
  std::vector<std::string> words;
  for (const auto& mapping : mappings) {
    if (!names_.number(ledger::NameKind::account, mapping.account.str()))
      intern({ledger::qualified(ledger::NameKind::account, mapping.account.str())});
    words.push_back(ledger::encode_mapping(mapping, names_));
  }
  call("forestall_map", leased(words));
  std::string cursor = "0";
  do {
    const auto change = must(ledger::decode_remapped(text("forestall_remap", leased({cursor, "100"}))));
    keep(change);
    cursor = change.cursor;
  } while (cursor != "0");
}

void SyncLedger::set_reserve(const std::string& sku, model::Pool pool, Units units) {
  ledger::Packer p;
  p.text("reserve").text(sku).integer(static_cast<std::int64_t>(pool)).integer(units.count());
  keep(must(ledger::decode_set(text("forestall_set", leased({p.take()})))));
}

std::vector<std::string> SyncLedger::rebuild(const std::string& fix) {
  std::vector<std::string> found;
  for (const std::string step : {"start", "order", "receipt", "pick", "sku", "counts"}) {
    std::string cursor = "0";
    do {
      const auto change =
          must(ledger::decode_rebuilt(text("forestall_rebuild", leased({step, cursor, "100", fix}))));
      keep(change);
      found.insert(found.end(), change.details.begin(), change.details.end());
      cursor = change.cursor;
    } while (cursor != "0");
  }
  return found;
}

std::vector<std::string> SyncLedger::sweep() {
  std::vector<std::string> gone;
  for (const std::string what :
       {"order", "receipt", "pick", "entity", "day", "cancel", "day_base", "cancel_base", "history"}) {
    std::string cursor = "0";
    do {
      const auto change = must(ledger::decode_swept(text("forestall_sweep", leased({what, cursor, "100"}))));
      keep(change);
      gone.insert(gone.end(), change.details.begin(), change.details.end());
      cursor = change.cursor;
    } while (cursor != "0");
  }
  return gone;
}

std::map<SkuPool, ledger::SkuState> SyncLedger::states() {
  std::map<SkuPool, ledger::SkuState> all;
  std::string cursor = "0";
  do {
    const auto slice = must(ledger::decode_sku_slice(text("forestall_load", {"sku", cursor, "1000"})));
    for (const auto& s : slice.skus) all[{s.sku, s.pool}] = s;
    cursor = slice.cursor;
  } while (cursor != "0");
  return all;
}

std::map<std::string, std::string> SyncLedger::hash(const std::string& name) {
  const auto reply = must_reply(redis_.call({"HGETALL", prefix_ + ":" + name}), "HGETALL");
  std::map<std::string, std::string> all;
  for (std::size_t i = 0; i + 1 < reply.items().size(); i += 2)
    all[*reply.items()[i].text()] = *reply.items()[i + 1].text();
  return all;
}

}  // namespace forestall::test
