// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/webhook/body.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace forestall::notify::webhook {
namespace json = boost::json;

std::string body_of(const ports::Notice& n) {
  json::array items;
  for (const auto& item : n.items)
    items.push_back(json::object{{"headline", item.headline},
                                 {"first", item.first},
                                 {"numbers", json::array(item.numbers.begin(), item.numbers.end())},
                                 {"severity", ports::word(item.urgency)},
                                 {"over", item.over},
                                 {"reference", item.reference}});
  json::object labels;
  for (const auto& [name, value] : n.labels) labels[name] = value;
  json::object body{{"version", 1},
                    {"id", n.id},
                    {"key", n.key},
                    {"severity", ports::word(n.urgency)},
                    {"subject", n.subject},
                    {"first", n.first},
                    {"items", std::move(items)},
                    {"more", n.more},
                    {"labels", std::move(labels)},
                    {"begun", to_string(n.begun)},
                    {"made", to_string(n.made)},
                    {"resolved", nullptr},
                    {"link", n.link}};
  if (n.resolved) body["resolved"] = to_string(*n.resolved);
  return json::serialize(body);
}

std::string signature_of(const Secret& secret, Instant now, std::string_view body) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const auto text = fmt::format("{}.{}", seconds, body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto key = secret.reveal();
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest.at(i));
  return fmt::format("t={},v1={}", seconds, hex);
}

}  // namespace forestall::notify::webhook
