// SPDX-License-Identifier: Apache-2.0
// One TCP or TLS connection, seen by the client only. Every step has a deadline on the injected clock; a step
// that is late closes the socket, so nothing is left running.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"

namespace forestall::http {

enum class StepResult : unsigned char {
  ok,
  closed,   // read: the peer closed in order
  failed,   // reset, refused, TLS error: see `why`
  late,     // the deadline of this step
  aborted,  // abort() was called
};

struct Step {
  StepResult result = StepResult::ok;
  std::size_t bytes = 0;
  std::string why{};
  bool certificate_refused = false;  // handshake: trying again is useless
};

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

// The addresses of a host. The system's resolver cannot be interrupted: past the deadline its answer is
// dropped when it comes.
boost::asio::awaitable<Result<Endpoints>> resolve(Clock& clock, const std::string& host, std::uint16_t port,
                                                  Monotonic deadline);

class Connection {
 public:
  Connection(boost::asio::any_io_executor executor, Clock& clock);
  ~Connection() { abort(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // All of these throw system_error(operation_aborted) when the coroutine is cancelled from outside.
  boost::asio::awaitable<Step> connect(const boost::asio::ip::tcp::endpoint& endpoint, Monotonic deadline);
  // From here on everything is encrypted; the certificate must be valid for `host`.
  boost::asio::awaitable<Step> start_tls(boost::asio::ssl::context& context, const std::string& host,
                                         Monotonic deadline);
  // Step::bytes says how much was taken by the system, also where it failed.
  boost::asio::awaitable<Step> write(std::string_view bytes, Monotonic deadline);
  // The bytes read are valid until the next call.
  boost::asio::awaitable<Step> read(std::string_view& bytes, Monotonic deadline);

  // An idle connection has nothing to say; one that has was closed, or is out of step.
  bool quiet();
  // Closes at once; whatever is under way ends as `aborted`.
  void abort() noexcept;

  Monotonic idle_since{};

 private:
  struct Deadline;
  using Tls = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;
  Step finish(const boost::system::error_code& ec, std::size_t bytes, const Deadline& deadline) const;

  Clock& clock_;
  boost::asio::ip::tcp::socket socket_;
  std::optional<Tls> tls_;
  bool aborted_ = false;
  std::array<char, 32768> buffer_;
};

}  // namespace forestall::http
