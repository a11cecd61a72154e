// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 as bytes, without a socket: a request becomes one string, an answer is built up from whatever
// pieces arrive. Both are functions of their inputs and tested byte by byte.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "config/base/error.hpp"
#include "connectors/http/message.hpp"

namespace forestall::http {

// What the connection adds to every request.
struct WireOptions {
  std::string user_agent = "Forestall/0.1";
  bool absolute_target = false;       // a plain request through a proxy names the whole URL
  std::string proxy_authorization{};  // "Basic ...", or empty
};

// Refuses (invalid_argument) what would let a value break out of its place: control characters in a header or
// path, headers that the connection itself sets (Host, Content-Length, Connection, Transfer-Encoding, ...).
Result<std::string> serialize_request(const Request& request, const WireOptions& options);
// "CONNECT host:port" for a tunnel through a proxy.
std::string serialize_connect(const BaseUrl& target, const WireOptions& options);

struct ResponseLimits {
  std::size_t header_bytes = std::size_t{64} << 10;
  std::size_t body_bytes = std::size_t{8} << 20;  // received, and after decompression
};

// Reads one answer. Interim answers (1xx) are skipped; gzip and deflate are undone under the same limit, so
// that a small bomb cannot become a large body; chunked, counted and close-delimited bodies are understood.
class ResponseReader {
 public:
  ResponseReader(Method method, const ResponseLimits& limits);
  ~ResponseReader();
  ResponseReader(ResponseReader&&) noexcept;
  ResponseReader& operator=(ResponseReader&&) noexcept;

  // The next bytes of the connection. Errors: parse (not HTTP, bad compression), too_large.
  Status feed(std::string_view bytes);
  // The peer has closed. An error (unavailable, "cut short") unless that is how this answer ends.
  Status end_of_stream();

  bool started() const;  // any byte has arrived
  bool head_done() const;
  bool done() const;
  // The connection may carry another request: done, nothing left over, and the peer did not ask to close.
  bool reusable() const;
  // Once done: status, headers (decompressed bodies lose Content-Encoding and Content-Length), body.
  Response take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace forestall::http
