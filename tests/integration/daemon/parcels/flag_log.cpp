// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/daemon/parcels/flag_log.hpp"

#include "config/base/text.hpp"

namespace forestall::test {
namespace {

std::string value(std::string_view line, std::string_view key) {
  const std::string wanted = " " + std::string(key) + "=";
  auto at = line.find(wanted);
  if (at == std::string_view::npos) return {};
  at += wanted.size();
  if (at < line.size() && line[at] == '"')
    return std::string(line.substr(at + 1, line.find('"', at + 1) - at - 1));
  return std::string(line.substr(at, line.find(' ', at) - at));
}

template <class F>
void each_line(std::string_view log, std::string_view event, F take) {
  for (const auto line : split(log, '\n'))
    if (line.find(event) != std::string_view::npos) take(line);
}

}  // namespace

std::vector<LoggedFlag> flags_of(std::string_view log) {
  std::vector<LoggedFlag> out;
  each_line(log, "event=order_at_risk ", [&](std::string_view line) {
    out.push_back({value(line, "order"), value(line, "cause"), value(line, "next"),
                   parse_instant(value(line, "at")).value(), parse_instant(value(line, "deadline")).value(),
                   parse_instant(value(line, "act_by")).value(), value(line, "hard") == "true"});
  });
  return out;
}

std::map<std::pair<std::string, std::string>, LoggedEnd> ends_of(std::string_view log) {
  std::map<std::pair<std::string, std::string>, LoggedEnd> out;
  each_line(log, "event=order_ended ", [&](std::string_view line) {
    out[{value(line, "what"), value(line, "order")}] = {value(line, "cause"), value(line, "units")};
  });
  return out;
}

std::vector<LoggedIncident> incidents_of(std::string_view log, bool over) {
  std::vector<LoggedIncident> out;
  each_line(log, over ? "event=parcel_incident_over " : "event=parcel_incident ", [&](std::string_view line) {
    out.push_back({value(line, "kind"), value(line, "place"), parse_instant(value(line, "at")).value(),
                   parse_instant(value(line, "since")).value(),
                   parse_integer<int>(value(line, "parcels")).value_or(0),
                   parse_integer<int>(value(line, "of")).value_or(0)});
  });
  return out;
}

const LoggedFlag* first(const std::vector<LoggedFlag>& flags, std::string_view order,
                        std::string_view cause) {
  for (const auto& f : flags)
    if (f.order == order && f.cause == cause) return &f;
  return nullptr;
}

}  // namespace forestall::test
