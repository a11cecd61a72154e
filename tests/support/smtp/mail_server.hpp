// SPDX-License-Identifier: Apache-2.0
// A mail server inside the test: takes mails over TCP, with STARTTLS and AUTH where wanted, and fails as
// told.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/http/test_ca.hpp"

namespace forestall::test {

struct Mail {
  std::string from{};
  std::vector<std::string> to{};
  std::string data{};  // as the client wrote it, dots undone, without the last one
  std::string user{};  // who logged in; empty: nobody
  bool encrypted = false;
};

struct MailOptions {
  std::optional<CertificateFiles> certificate{};  // offers STARTTLS
  bool smtps = false;                             // TLS from the first byte
  std::string user{};                             // AUTH PLAIN and LOGIN are offered where it is set
  std::string password{};
  bool plain = true;  // AUTH PLAIN is offered, else LOGIN only
};

// Everything runs on the executor's thread.
class MailServer {
 public:
  // What to answer instead, once the server has done what it does; "" closes the connection without a word,
  // nullopt answers as usual. `line`: the command, "." for the end of a mail, "" for the greeting.
  using Hook = std::function<std::optional<std::string>(const std::string& line)>;

  explicit MailServer(boost::asio::any_io_executor executor, MailOptions options = {});
  ~MailServer();
  MailServer(const MailServer&) = delete;
  MailServer& operator=(const MailServer&) = delete;

  std::uint16_t port() const;
  void set_hook(Hook hook);
  const std::vector<Mail>& mails() const;
  const std::vector<std::string>& commands() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// The value of a header of a mail, unfolded; empty where there is none.
std::string header_of(const Mail& mail, const std::string& name);
// A part of multipart/alternative ("text/plain"), quoted-printable undone.
std::string part_of(const Mail& mail, const std::string& type);

}  // namespace forestall::test
