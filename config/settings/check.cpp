// SPDX-License-Identifier: Apache-2.0
#include "config/settings/check.hpp"

#include <fmt/format.h>

#include <map>

#include "config/settings/reader.hpp"

namespace forestall::config {

RedisAddress RedisSettings::endpoint() const {
  if (mode == RedisMode::address && address) return *address;
  return {RedisAddress::Kind::unix_socket, "", 0, socket ? socket->string() : std::string()};
}

RowPlace::RowPlace(const Node& root, std::string_view section, bool many, std::size_t index, Report& report)
    : name_(section), report_(&report) {
  const Node* table = root.find(section);
  if (table == nullptr) return;
  row_ = many ? &table->items[index] : table;
  name_ = row_name(section, many, *row_, index);
}

const Node* RowPlace::find(std::string_view key) const {
  const Node* node = row_;
  while (node != nullptr) {
    const auto dot = key.find('.');
    node = node->find(key.substr(0, dot));
    if (dot == std::string_view::npos) return node;
    key.remove_prefix(dot + 1);
  }
  return nullptr;
}

const Node* RowPlace::find_secret(std::string_view key) const {
  if (const Node* file = find(fmt::format("{}_file", key))) return file;
  return find(fmt::format("{}_credential", key));
}

std::string RowPlace::full(std::string_view key) const { return fmt::format("{}.{}", name_, key); }

void RowPlace::add(std::string_view key, std::string_view expected, std::string_view found,
                   std::string_view hint) const {
  const Node* node = find(key);
  if (node == nullptr) node = find_secret(key);
  if (node != nullptr && node->kind == Node::Kind::broken) return;
  report_->add(node == nullptr ? place() : node->place, full(key), expected, found, hint);
}

void RowPlace::add(std::string_view key, std::string_view expected) const {
  const Node* node = find(key);
  add(key, expected, node == nullptr ? "nothing" : describe(*node));
}

void complete(Settings& settings) {
  auto& redis = settings.redis;
  if (redis.mode == RedisMode::managed) {
    if (!redis.directory) redis.directory = settings.daemon.state_dir / "redis";
    if (!redis.socket) redis.socket = *redis.directory / "redis.sock";
  }
  std::map<SellerId, const SellerSettings*> sellers;
  for (const auto& seller : settings.sellers) sellers.emplace(seller.id, &seller);
  for (auto& account : settings.accounts) {
    const auto seller = sellers.find(account.seller);
    if (!account.credential) account.credential = account.id.str();
    if (seller == sellers.end()) continue;
    if (!account.currency) account.currency = seller->second->currency;
    if (!account.time_zone) account.time_zone = seller->second->time_zone;
  }
  for (auto& stock : settings.stocks) {
    const auto seller = sellers.find(stock.seller);
    if (seller != sellers.end() && !stock.time_zone) stock.time_zone = seller->second->time_zone;
  }
}

void check(const Settings& settings, const Node& root, std::span<const Kind> kinds, Report& report) {
  check_process(settings, root, report);
  check_ids(settings, root, report);
  check_kinds(settings, root, kinds, report);
  check_trade(settings, root, report);
}

}  // namespace forestall::config
