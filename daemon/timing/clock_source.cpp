// SPDX-License-Identifier: Apache-2.0
#include "daemon/timing/clock_source.hpp"

#include <fmt/format.h>

#include "config/base/text.hpp"
#include "connectors/json/document.hpp"

namespace forestall::timing {

using boost::asio::awaitable;

namespace {

template <class Integer>
Integer integer_text(const json::Node& node) {
  const auto value = parse_integer<Integer>(node.text());
  if (!value) node.reject("expected an integer as text");
  return value.value_or(0);
}

}  // namespace

Result<WorldTime> parse_world_time(std::string_view text) {
  auto document = json::Document::parse(text, {.bytes = 1 << 16, .depth = 8});
  if (!document) return std::unexpected(document.error());
  const auto root = document->root();
  WorldTime time;
  time.now = root["now"].instant();
  time.end = root["end"].instant();
  time.lock_step = root["lock_step"].boolean();
  time.seed = integer_text<std::uint64_t>(root["seed"]);
  time.anchor = {
      .machine = std::chrono::nanoseconds(integer_text<std::int64_t>(root["anchor"]["machine_ns"])),
      .world = root["anchor"]["at"].instant(),
      .speed = root["speed"].number(0.001, 1e6)};
  return document->finish(time);
}

Result<http::BaseUrl> ClockSource::parse_address(std::string_view text) {
  auto address = http::parse_base_url(text);
  if (!address) return address;
  if (address->tls || !address->is_loopback() || !address->path.empty())
    return fail(ErrorCode::invalid_argument,
                "expected http://127.0.0.1:PORT, a forestall-sandbox on this machine");
  return address;
}

awaitable<Result<WorldTime>> ClockSource::advance(Instant to) {
  return call(http::Method::post, "/sandbox/advance", fmt::format(R"({{"to":"{}"}})", to_string(to)));
}

awaitable<Result<WorldTime>> ClockSource::call(http::Method method, std::string path, std::string body) {
  http::Request request;
  request.method = method;
  request.base = address_;
  request.path = std::move(path);
  request.body = std::move(body);
  request.options.timeout = std::chrono::minutes(2);  // a step over days of shoppers takes its time
  request.options.idempotent = true;
  const auto response = co_await http_.send(std::move(request));
  if (!response) co_return fail_in("the clock source", response.error());
  if (response->status != 200)
    co_return fail(ErrorCode::unavailable, fmt::format("the clock source answered {}: {}", response->status,
                                                       printable(response->body, 120)));
  auto time = parse_world_time(response->body);
  if (!time) co_return fail_in("the clock source", time.error());
  co_return time;
}

}  // namespace forestall::timing
