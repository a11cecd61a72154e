// SPDX-License-Identifier: Apache-2.0
// A plain TCP client that says exactly the bytes a test wants said, however wrong or slow.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/process/eventually.hpp"

namespace forestall::test {

struct HttpAnswer {
  int status = 0;
  std::string head;
  std::string body;
};

class TcpClient {
 public:
  explicit TcpClient(std::uint16_t port);  // of 127.0.0.1; throws std::system_error where nobody listens
  ~TcpClient();
  TcpClient(TcpClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), input_(std::move(other.input_)) {}
  TcpClient& operator=(TcpClient&&) = delete;

  // False when the other side has closed.
  bool send(std::string_view bytes);
  // The next answer with its body; nullopt at the deadline or when the other side closed before.
  std::optional<HttpAnswer> receive(std::chrono::milliseconds within = patience, bool has_body = true);
  // Everything up to and including `end`; empty at the deadline or when the other side closed before.
  std::string read_until(std::string_view end, std::chrono::milliseconds within = patience);
  // True as soon as the other side has closed (what it still sends is dropped).
  bool closed(std::chrono::milliseconds within = patience);

 private:
  enum class Got : std::uint8_t { bytes, nothing, end };
  Got read_some(std::chrono::steady_clock::time_point deadline);
  int fd_ = -1;
  std::string input_;
};

// One request on a connection of its own.
std::optional<HttpAnswer> http_get(std::uint16_t port, std::string_view target,
                                   std::string_view headers = {});
// The same with POST and no body.
std::optional<HttpAnswer> http_post(std::uint16_t port, std::string_view target,
                                    std::string_view headers = {});

}  // namespace forestall::test
