// SPDX-License-Identifier: Apache-2.0
// An HTTP server inside the test: answers by script, and breaks in every way a server breaks.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/clock.hpp"
#include "connectors/http/message.hpp"
#include "tests/support/http/test_ca.hpp"

namespace forestall::test {

struct SeenRequest {
  std::string method;
  std::string target;  // as sent, still encoded
  std::vector<http::Header> headers;
  std::string body;
  std::string sni;             // the server name of the TLS hello; empty without
  std::size_t connection = 0;  // which accepted connection, from 1
};

enum class Fault : unsigned char {
  none,
  hang,              // reads the request and never answers
  close_unread,      // closes without reading the request
  close_unanswered,  // the request was carried out; an orderly close instead of the answer
  reset_unanswered,  // the same with a TCP reset: the lost answer
  cut_body,          // closes after `at` bytes of the body
  reset_body,        // resets after `at` bytes of the body
  stall_body,        // sends `at` bytes of the body and then nothing
  trickle,           // one byte every `pace`
  length_too_long,   // Content-Length promises `at` bytes more than come; then it closes
  length_too_short,  // Content-Length promises `at` bytes fewer than come
  endless_body,      // chunks for ever, until the client closes
  not_http,          // the body alone, without a head
};

struct Reply {
  int status = 200;
  std::vector<http::Header> headers{};
  std::string body{};
  Fault fault = Fault::none;
  std::size_t at = 0;
  Millis pace{0};            // of trickle; else a delay before the answer
  bool close = false;        // says "Connection: close" and does it
  bool chunked = false;      // in pieces of 1000 bytes
  bool close_after = false;  // closes without having said so: the client's kept connection is stale
};

Reply json_reply(std::string body, int status = 200);
Reply html_reply(int status);  // what a gateway says
Reply fault_reply(Fault fault, std::size_t at = 0);
Reply redirect_reply(std::string location, int status = 302);
Reply gzip_reply(std::string_view json);
Reply gzip_bomb_reply(std::size_t unpacked_bytes);  // of spaces, in a thousandth of the size
std::string gzip(std::string_view text);
std::string deflate(std::string_view text, bool bare);

// Everything runs on the executor's thread. Replies queued with then() come first, in order; after them the
// handler is asked. Destroyed, it closes every connection.
class ScriptedServer {
 public:
  using Handler = std::function<Reply(const SeenRequest&)>;

  // On a free port of 127.0.0.1; with a certificate it speaks TLS.
  ScriptedServer(boost::asio::any_io_executor executor, Clock& clock, Handler handler = {},
                 std::optional<CertificateFiles> certificate = {});
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  // Where it listens; `host` as the client shall call it.
  http::BaseUrl url(std::string host = "127.0.0.1") const;
  void then(Reply reply);
  void set_handler(Handler handler);
  const std::vector<SeenRequest>& requests() const;
  // Whether requests are kept for requests() (default) or only counted: for benchmarks.
  void keep_requests(bool keep);
  std::size_t request_count() const;
  std::size_t accepted() const;  // connections ever
  std::size_t open() const;      // connections now
  // Closes the kept connections, as a server restarting does.
  void drop_connections();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace forestall::test
