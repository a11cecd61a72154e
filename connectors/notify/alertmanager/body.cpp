// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/alertmanager/body.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace forestall::notify::alertmanager {
namespace json = boost::json;

std::string body_of(const ports::Notice& n) {
  json::object labels{{"alertname", "Forestall"}};
  for (const auto& [name, value] : n.labels) {
    // An empty label is the same as none.
    if (!value.empty()) labels[name] = value;
    if (name == "kind") labels["alertname"] = "Forestall_" + value;
  }
  // The severity is no label: it would make another alert of it when it rises.
  labels["forestall_key"] = n.key;
  json::object annotations{{"summary", n.subject},
                           {"description", ports::plain_text(n)},
                           {"first", n.first},
                           {"severity", ports::word(n.urgency)},
                           {"message_id", n.id}};
  json::object alert{{"labels", std::move(labels)},
                     {"annotations", std::move(annotations)},
                     {"startsAt", to_string(n.begun)},
                     {"endsAt", to_string(n.resolved.value_or(n.stands_until))}};
  if (!n.link.empty()) alert["generatorURL"] = n.link;
  return json::serialize(json::array{std::move(alert)});
}

}  // namespace forestall::notify::alertmanager
