// SPDX-License-Identifier: Apache-2.0
// One request to the daemon of this machine, waiting for the answer. Beast stays inside api_client.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/base/error.hpp"
#include "config/base/secret.hpp"

namespace forestall::cli {

// Where the daemon listens: on loopback or on a Unix socket. Without TLS nothing else would keep a token
// secret.
struct ApiAddress {
  std::string host = "127.0.0.1";  // an address literal
  std::uint16_t port = 9464;
  std::string unix_socket;  // used instead where not empty
};

// "http://127.0.0.1:9464", "http://localhost", "unix:/run/forestall/forestalld.sock". Errors:
// invalid_argument, also for an address of another machine.
Result<ApiAddress> parse_api_address(std::string_view text);
std::string to_string(const ApiAddress& address);

struct ApiAnswer {
  unsigned status = 0;
  std::string body;
};

class ApiClient {
 public:
  ApiClient(ApiAddress address, Secret token) : address_(std::move(address)), token_(std::move(token)) {}

  // `method` is "GET", "POST", ...; `target` begins with '/'; a body is sent as JSON unless
  // `content_type` says otherwise. Errors: unavailable
  // where nobody listens, timeout after `within`, parse where what answers is no HTTP. An answer with an
  // error status is a value.
  Result<ApiAnswer> call(std::string_view method, std::string_view target, std::string_view body = {},
                         std::chrono::milliseconds within = std::chrono::seconds{30},
                         std::string_view content_type = "application/json") const;
  const ApiAddress& address() const { return address_; }

 private:
  ApiAddress address_;
  Secret token_;
};

}  // namespace forestall::cli
