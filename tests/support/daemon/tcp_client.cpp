// SPDX-License-Identifier: Apache-2.0
#include "tests/support/daemon/tcp_client.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace forestall::test {

TcpClient::TcpClient(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (fd_ < 0 || connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int why = errno;
    if (fd_ >= 0) close(fd_);
    throw std::system_error(why, std::generic_category(), fmt::format("connect to port {}", port));
  }
}

TcpClient::~TcpClient() {
  if (fd_ >= 0) close(fd_);
}

bool TcpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

TcpClient::Got TcpClient::read_some(std::chrono::steady_clock::time_point deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  pollfd ready{fd_, POLLIN, 0};
  if (poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(left, 0))) <= 0) return Got::nothing;
  std::array<char, 16384> piece{};
  const auto n = recv(fd_, piece.data(), piece.size(), 0);
  if (n <= 0) return Got::end;
  input_.append(piece.data(), static_cast<std::size_t>(n));
  return Got::bytes;
}

std::optional<HttpAnswer> TcpClient::receive(std::chrono::milliseconds within, bool has_body) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  for (;;) {
    if (const auto end = input_.find("\r\n\r\n"); end != std::string::npos) {
      HttpAnswer answer{
          std::atoi(input_.c_str() + std::min<std::size_t>(9, end)), input_.substr(0, end + 2), {}};
      const auto length = answer.head.find("Content-Length: ");
      const std::size_t size = has_body && length != std::string::npos
                                   ? std::strtoul(answer.head.c_str() + length + 16, nullptr, 10)
                                   : 0;
      if (input_.size() >= end + 4 + size) {
        answer.body = input_.substr(end + 4, size);
        input_.erase(0, end + 4 + size);
        return answer;
      }
    }
    if (read_some(deadline) != Got::bytes) return std::nullopt;
  }
}

std::string TcpClient::read_until(std::string_view end, std::chrono::milliseconds within) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  for (std::size_t from = 0;;) {
    if (const auto at = input_.find(end, from); at != std::string::npos) {
      auto text = input_.substr(0, at + end.size());
      input_.erase(0, text.size());
      return text;
    }
    from = input_.size() - std::min(input_.size(), end.size());
    if (read_some(deadline) != Got::bytes) return {};
  }
}

bool TcpClient::closed(std::chrono::milliseconds within) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  Got got = Got::bytes;
  while (got == Got::bytes) got = read_some(deadline);
  return got == Got::end;
}

namespace {

std::optional<HttpAnswer> ask(std::uint16_t port, std::string_view method, std::string_view target,
                              std::string_view headers) {
  TcpClient client(port);
  client.send(fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\r\n", method, target,
                          headers));
  return client.receive();
}

}  // namespace

std::optional<HttpAnswer> http_get(std::uint16_t port, std::string_view target, std::string_view headers) {
  return ask(port, "GET", target, headers);
}

std::optional<HttpAnswer> http_post(std::uint16_t port, std::string_view target, std::string_view headers) {
  return ask(port, "POST", target, std::string(headers) + "Content-Length: 0\r\n");
}

}  // namespace forestall::test
