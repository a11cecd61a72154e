// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/answer.hpp"

#include <boost/json/value.hpp>

namespace forestall::cli {
namespace json = boost::json;

std::string text(const json::object& object, std::string_view key, std::string_view otherwise) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return std::string(otherwise);
  if (value->is_string()) return std::string(value->as_string());
  if (value->is_int64()) return std::to_string(value->as_int64());
  if (value->is_uint64()) return std::to_string(value->as_uint64());
  if (value->is_bool()) return value->as_bool() ? "yes" : "no";
  return std::string(otherwise);
}

std::int64_t number(const json::object& object, std::string_view key, std::int64_t otherwise) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_int64() ? value->as_int64() : otherwise;
}

bool truth(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->as_bool();
}

std::vector<json::object> rows(const json::object& object, std::string_view key) {
  std::vector<json::object> all;
  const auto* list = object.if_contains(key);
  if (list == nullptr || !list->is_array()) return all;
  for (const auto& entry : list->as_array())
    if (entry.is_object()) all.push_back(entry.as_object());
  return all;
}

json::object part(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? value->as_object() : json::object();
}

}  // namespace forestall::cli
