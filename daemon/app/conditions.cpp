// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/conditions.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace forestall::app {

Conditions::Row& Conditions::declare(std::string name, std::string missing) {
  return rows_.emplace_back(std::move(name), std::move(missing));
}

bool Conditions::all_met() const { return std::ranges::all_of(rows_, &Row::ok); }

std::string Conditions::json() const {
  boost::json::array list;
  for (const auto& row : rows_) {
    boost::json::object entry{{"name", row.name()}, {"ok", row.ok()}};
    if (!row.ok()) entry["reason"] = row.reason();
    list.push_back(std::move(entry));
  }
  return boost::json::serialize(boost::json::object{{"ready", all_met()}, {"conditions", std::move(list)}});
}

}  // namespace forestall::app
