// SPDX-License-Identifier: Apache-2.0
// A real redis-server of a test, on a Unix socket (and ports, if asked for) in a folder of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process/child_process.hpp"
#include "tests/support/process/environment.hpp"

namespace forestall::test {

struct RedisOptions {
  bool durable = false;              // appendonly yes, appendfsync always
  bool tcp = false;                  // also a free port of 127.0.0.1
  bool tls = false;                  // also a free TLS port with a certificate for "localhost"
  std::string data_folder{};         // empty: below the folder of the test
  std::vector<std::string> extra{};  // more arguments: "--requirepass", "secret"
  std::string socket{};              // empty: below the folder of the test
};

// Killed by the destructor. Start it from the main thread.
class RedisServer {
 public:
  explicit RedisServer(RedisOptions options = {});

  const std::string& socket() const { return socket_; }
  std::string url() const { return "unix:" + socket_; }
  std::uint16_t port() const { return port_; }
  std::uint16_t tls_port() const { return tls_port_; }
  const std::string& ca_file() const { return ca_file_; }  // of the authority that signed the TLS certificate
  const TemporaryFolder& folder() const { return folder_; }
  pid_t pid() const { return process_ ? process_->pid() : -1; }

  void kill();   // SIGKILL, and waits for its end
  void start();  // again, on the same data; waits until it accepts
  void pause();  // SIGSTOP
  void resume();
  // It answers every write with an error at once, and reads as ever: as with a full disk.
  void refuse_writes(bool refuse);
  bool running() { return process_ && process_->running(); }

 private:
  RedisOptions options_;
  TemporaryFolder folder_;
  std::string socket_;
  std::string ca_file_;
  std::uint16_t port_ = 0;
  std::uint16_t tls_port_ = 0;
  std::optional<ChildProcess> process_;
};

// An authority of our own and a certificate it signed for `name`, made with openssl: ca.pem, NAME.pem,
// NAME.key.
void make_certificates(const TemporaryFolder& folder, const std::string& name);

}  // namespace forestall::test
