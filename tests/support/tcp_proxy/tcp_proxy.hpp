// SPDX-License-Identifier: Apache-2.0
// A TCP proxy that breaks links on purpose, on a thread of its own: latency, cuts after n bytes, resets,
// black holes, lost answers, one direction stalled.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace forestall::test {

// Of the proxy as a whole, for connections open and to come; byte counts are of each connection by itself.
struct Faults {
  std::chrono::milliseconds latency{0};          // each piece waits so long, in either direction
  std::optional<std::uint64_t> cut_to_server{};  // so many bytes pass, then the connection is cut
  std::optional<std::uint64_t> cut_to_client{};
  bool reset = false;            // cuts are RST instead of FIN
  bool stall_to_server = false;  // bytes are held back until this is lifted
  bool stall_to_client = false;
  bool lose_answers = false;  // what the server says is read and thrown away
  bool refuse = false;        // new connections are closed at once

  static Faults black_hole() { return {.stall_to_server = true, .stall_to_client = true}; }
};

class TcpProxy {
 public:
  struct Counts {
    std::uint64_t connections = 0;
    std::uint64_t to_server = 0;  // bytes passed on, of all connections
    std::uint64_t to_client = 0;
  };

  // Listens on a free port of 127.0.0.1 and connects to that port there, or to a Unix socket.
  explicit TcpProxy(std::uint16_t upstream_port, Faults faults = {});
  explicit TcpProxy(const std::string& upstream_socket, Faults faults = {});
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  std::uint16_t port() const;
  // Returns when it is in force.
  void set(const Faults& faults);
  // Cuts what is open now (as a reset if that is set).
  void cut_all();
  Counts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace forestall::test
