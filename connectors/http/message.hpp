// SPDX-License-Identifier: Apache-2.0
// Requests and responses as plain values, and what of them may be shown to people.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/secret.hpp"
#include "config/base/time.hpp"
#include "connectors/http/url.hpp"

namespace forestall::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_ };
std::string_view method_name(Method method);  // "GET"

struct Header {
  std::string name;
  std::string value;
  friend bool operator==(const Header&, const Header&) = default;
};

// A header whose value must not be seen: tokens, keys. The type keeps it out of logs and error texts.
struct SecretHeader {
  std::string name;
  Secret value;
};

struct CallOptions {
  // From the call of send() to its return, waiting for a connection included.
  std::chrono::nanoseconds timeout = std::chrono::seconds(30);
  std::size_t max_body_bytes = std::size_t{8} << 20;  // of the answer, after decompression
  // Whether sending it twice does what sending it once does. Unset: GET, HEAD, PUT and DELETE do (RFC 9110
  // 9.2.2), POST and PATCH do not. What is not idempotent is never sent again after a lost answer.
  std::optional<bool> idempotent{};
  bool secret_path = false;  // the path itself is the secret (Slack): shown as "/***"
  // Query parameters whose values are shown as "***" (names compared without case), beside the usual ones.
  std::vector<std::string> secret_parameters{};
  // Headers of the answer that name the call on the other side, to be logged: "x-amzn-RequestId".
  std::vector<std::string> request_id_headers{};
};

struct Request {
  Method method = Method::get;
  BaseUrl base{};
  std::string path{};  // starts with '/', already encoded: make_path()
  Query query{};
  std::vector<Header> headers{};
  std::vector<SecretHeader> secret_headers{};
  std::string body{};
  CallOptions options{};

  bool idempotent() const;
};

struct Response {
  int status = 0;
  std::vector<Header> headers{};
  std::string body{};         // decompressed
  Instant sent{};             // our wall clock when the request was written,
  Instant received{};         // and when the answer's last byte was read
  std::uint64_t call_id = 0;  // ours, as it stands in the log
};

// The first header of this name, compared without case.
std::optional<std::string_view> find_header(const std::vector<Header>& headers, std::string_view name);
// "application/json" of "Application/JSON; charset=utf-8"; empty where there is none.
std::string media_type(const Response& response);

// "/orders?createdAfter=...&access_token=***": the target as it may be logged, at most 300 bytes. Values of
// parameters that name a secret (token, key, secret, signature, password, code, and the list given) are
// replaced.
std::string loggable_target(const Request& request);

}  // namespace forestall::http
