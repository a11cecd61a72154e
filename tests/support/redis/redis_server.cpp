// SPDX-License-Identifier: Apache-2.0
#include "tests/support/redis/redis_server.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace forestall::test {

namespace {

// Whether it answers PING, whatever the answer is.
bool answers(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const timeval patience_of_one{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience_of_one, sizeof patience_of_one);
  char first = 0;
  const bool ok = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                  ::send(fd, "PING\r\n", 6, MSG_NOSIGNAL) == 6 && ::recv(fd, &first, 1, 0) == 1;
  char rest[16] = {};
  const bool loading = ok && ::recv(fd, rest, sizeof rest, 0) > 6 && std::strncmp(rest, "LOADING", 7) == 0;
  ::close(fd);
  return ok && !loading;
}

void openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  const auto done = run(arguments);
  if (done.ended.code != 0) throw std::runtime_error("openssl: " + done.err);
}

}  // namespace

void make_certificates(const TemporaryFolder& folder, const std::string& name) {
  const auto file = [&](const std::string& what) { return folder.file(what); };
  if (!std::filesystem::exists(file("ca.pem")))
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
             "2", "-subj", "/CN=test authority", "-keyout", file("ca.key"), "-out", file("ca.pem")});
  const auto extensions = folder.write(name + ".ext", "subjectAltName=DNS:" + name + "\n");
  openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
           "/CN=" + name, "-keyout", file(name + ".key"), "-out", file(name + ".csr")});
  openssl({"x509", "-req", "-in", file(name + ".csr"), "-CA", file("ca.pem"), "-CAkey", file("ca.key"),
           "-set_serial", "1", "-days", "2", "-extfile", extensions, "-out", file(name + ".pem")});
}

RedisServer::RedisServer(RedisOptions options)
    : options_(std::move(options)),
      socket_(options_.socket.empty() ? folder_.file("redis.sock") : options_.socket) {
  if (options_.tls) {
    make_certificates(folder_, "localhost");
    ca_file_ = folder_.file("ca.pem");
    tls_port_ = free_port();
  }
  if (options_.tcp) port_ = free_port();
  start();
}

void RedisServer::start() {
  const std::string data = options_.data_folder.empty() ? folder_.path().string() : options_.data_folder;
  std::vector<std::string> arguments = {"redis-server",
                                        "--port",
                                        std::to_string(port_),
                                        "--bind",
                                        "127.0.0.1",
                                        "--unixsocket",
                                        socket_,
                                        "--dir",
                                        data,
                                        "--save",
                                        "",
                                        "--logfile",
                                        folder_.file("redis.log"),
                                        "--appendonly",
                                        options_.durable ? "yes" : "no",
                                        "--appendfsync",
                                        "always"};
  if (tls_port_ != 0) {
    const std::vector<std::string> tls = {"--tls-port",         std::to_string(tls_port_),
                                          "--tls-cert-file",    folder_.file("localhost.pem"),
                                          "--tls-key-file",     folder_.file("localhost.key"),
                                          "--tls-ca-cert-file", ca_file_,
                                          "--tls-auth-clients", "no"};
    arguments.insert(arguments.end(), tls.begin(), tls.end());
  }
  arguments.insert(arguments.end(), options_.extra.begin(), options_.extra.end());
  process_.emplace(std::move(arguments));
  if (!eventually([&] { return !process_->running() || answers(socket_); }) || !process_->running())
    throw std::runtime_error("redis-server did not start: " + read_file(folder_.file("redis.log")) +
                             process_->err());
}

void RedisServer::kill() {
  process_->signal(SIGKILL);
  process_->wait_for();
  process_.reset();
}

void RedisServer::pause() { process_->signal(SIGSTOP); }
void RedisServer::resume() { process_->signal(SIGCONT); }

void RedisServer::refuse_writes(bool refuse) {
  const auto done =
      run({"redis-cli", "-s", socket_, "config", "set", "min-replicas-to-write", refuse ? "1" : "0"});
  if (done.out != "OK\n") throw std::runtime_error("redis-cli: " + done.out + done.err);
}

}  // namespace forestall::test
