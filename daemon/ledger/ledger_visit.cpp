// SPDX-License-Identifier: Apache-2.0
// Reading what is stored, slice by slice, so that nothing large is in memory at once.
#include <algorithm>
#include <utility>

#include "daemon/ledger/entity_codec.hpp"
#include "daemon/ledger/ledger.hpp"
#include "daemon/redis/hash_page.hpp"

namespace forestall::ledger {

Task<std::size_t> Ledger::visit_kinds(std::string letters, std::function<bool(std::string_view field)> wanted,
                                      std::function<void(model::Observation&&)> take) {
  std::size_t unread = 0;
  std::string cursor = "0";
  do {
    auto reply = co_await fcall("forestall_load", {"entity", cursor, std::to_string(options_.slice)},
                                redis::Repeat::harmless);
    if (!reply) co_return std::unexpected(reply.error());
    auto slice = decode_record_slice(*reply);
    if (!slice) co_return std::unexpected(slice.error());
    for (const auto& [field, record] : slice->records) {
      if (field.empty() || letters.find(field.front()) == std::string::npos) continue;
      if (wanted && !wanted(field)) continue;
      auto observation = decode_entity(field, record);
      if (observation)
        take(std::move(*observation));
      else
        ++unread;
    }
    cursor = slice->cursor;
  } while (cursor != "0");
  co_return unread;
}

Task<std::vector<std::optional<Said>>> Ledger::said(SourceId source, LocationId location, model::Pool pool,
                                                    std::vector<std::string> skus) {
  SaidBy by(names_, source, location, pool);
  std::vector<std::optional<Said>> all;
  all.reserve(skus.size());
  while (all.size() < skus.size()) {
    const auto begin = all.size();
    const auto count = std::min<std::size_t>(skus.size() - begin, static_cast<std::size_t>(options_.slice));
    redis::Request request;
    request.begin(2 + count).word("HMGET").word(key("sku"));
    for (std::size_t i = 0; i < count; ++i) request.word(skus[begin + i]);
    auto reply = co_await command(std::move(request), redis::Repeat::harmless);
    if (!reply) co_return std::unexpected(reply.error());
    const auto records = reply->expect_array("HMGET sku", count);
    if (!records) co_return std::unexpected(records.error());
    for (std::size_t i = 0; i < count; ++i) {
      const auto* record = (*records)[i].text();
      if (record == nullptr) {
        all.emplace_back();
        continue;
      }
      auto one = by.of(skus[begin + i], *record);
      if (!one) co_return std::unexpected(one.error());
      all.push_back(*one);
    }
  }
  co_return all;
}

Task<void> Ledger::visit_said(SourceId source, LocationId location, model::Pool pool,
                              std::function<void(std::string_view sku, const Said& said)> see) {
  SaidBy by(names_, source, location, pool);
  std::string cursor = "0";
  do {
    auto reply = co_await command(redis::Request("HSCAN", key("sku"), cursor, "COUNT", options_.slice),
                                  redis::Repeat::harmless);
    if (!reply) co_return std::unexpected(reply.error());
    auto page = redis::hash_page(*reply, "HSCAN sku");
    if (!page) co_return std::unexpected(page.error());
    cursor = std::move(page->cursor);
    for (const auto& [sku, record] : page->fields) {
      const auto said = by.of(sku, record);
      if (!said) co_return std::unexpected(said.error());
      if (*said) see(sku, **said);
    }
  } while (cursor != "0");
  co_return Result<void>{};
}

}  // namespace forestall::ledger
