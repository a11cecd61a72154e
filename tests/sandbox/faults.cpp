// SPDX-License-Identifier: Apache-2.0
// Reading a fault script and finding the fault of a call.
#include "tests/sandbox/faults.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <utility>

namespace forestall::sandbox {

namespace {

constexpr std::array<std::pair<std::string_view, FaultKind>, 8> kinds{{
    {"timeout", FaultKind::timeout},
    {"reset", FaultKind::reset},
    {"status", FaultKind::status},
    {"truncated", FaultKind::truncated},
    {"invalid_json", FaultKind::invalid_json},
    {"lost_answer", FaultKind::lost_answer},
    {"late_answer", FaultKind::late_answer},
    {"delay_live", FaultKind::delay_live},
}};

std::string text_at(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}
std::int64_t number_at(const boost::json::object& object, std::string_view name, std::int64_t otherwise) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->as_int64() : otherwise;
}

Result<Fault> read_fault(const boost::json::value& value) {
  if (!value.is_object()) return fail(ErrorCode::parse, "a fault is an object");
  const auto& object = value.as_object();
  const std::string kind = text_at(object, "fault");
  Fault fault;
  bool known = false;
  for (const auto& [name, which] : kinds)
    if (name == kind) fault.kind = which, known = true;
  if (!known) return fail(ErrorCode::parse, fmt::format("unknown fault '{}'", kind));
  fault.operation = text_at(object, "operation");
  fault.account = text_at(object, "account");
  fault.nth = static_cast<std::uint64_t>(std::max<std::int64_t>(1, number_at(object, "nth", 1)));
  fault.count = static_cast<std::uint64_t>(std::max<std::int64_t>(1, number_at(object, "count", 1)));
  fault.status = static_cast<int>(number_at(object, "status", 500));
  if (fault.status < 400 || fault.status > 599) return fail(ErrorCode::parse, "status outside 400 to 599");
  const auto* html = object.if_contains("html");
  fault.html = html != nullptr && html->is_bool() && html->as_bool();
  fault.retry_after = static_cast<int>(number_at(object, "retry_after", -1));
  if (const std::string delay = text_at(object, "delay"); !delay.empty()) {
    const auto length = parse_duration(delay);
    if (!length) return std::unexpected(length.error());
    fault.delay = *length;
  }
  return fault;
}

}  // namespace

Status FaultScript::add(const boost::json::value& script) {
  const auto* list = script.is_object() ? script.as_object().if_contains("faults") : nullptr;
  if (list == nullptr || !list->is_array()) return fail(ErrorCode::parse, "expected {\"faults\":[...]}");
  std::vector<Fault> added;
  for (const auto& value : list->as_array()) {
    auto fault = read_fault(value);
    if (!fault) return std::unexpected(std::move(fault.error()));
    added.push_back(std::move(*fault));
  }
  faults_.insert(faults_.end(), added.begin(), added.end());
  return {};
}

std::optional<Fault> FaultScript::strike(std::string_view operation, std::string_view account) {
  std::optional<Fault> struck;
  for (Fault& fault : faults_) {
    if (!fault.operation.empty() && fault.operation != operation) continue;
    if (!fault.account.empty() && fault.account != account) continue;
    ++fault.seen;
    if (!struck && fault.seen >= fault.nth && fault.seen < fault.nth + fault.count) struck = fault;
  }
  if (struck) ++struck_;
  return struck;
}

}  // namespace forestall::sandbox
