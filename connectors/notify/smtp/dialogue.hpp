// SPDX-License-Identifier: Apache-2.0
// One mail through SMTP as a state machine without a socket: it takes replies and says what to do next.
//
//   greeting -> EHLO -> STARTTLS -> (TLS) -> EHLO -> AUTH -> MAIL -> RCPT... -> DATA -> mail -> over
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/secret.hpp"
#include "connectors/notify/smtp/reply.hpp"
#include "connectors/ports/notifier.hpp"

namespace forestall::notify::smtp {

struct Login {
  std::string user{};  // empty: none
  Secret password{};
};

struct Errand {
  std::string hello = "localhost";  // what EHLO says of us
  bool encrypted = false;           // from the first byte (smtps)
  bool start_tls = true;            // must be offered where not encrypted; false only towards this machine
  Login login{};
  std::string from{};
  std::vector<std::string> to{};
  bool others_have_it =
      false;           // recipients of this mail that are not in `to`: an attempt before reached them
  std::string mail{};  // dot-stuffed, ends with CRLF
};

struct Step {
  enum class Do : std::uint8_t {
    read,        // the next reply
    write,       // `bytes`, then read
    start_tls,   // handshake, then on_tls()
    write_mail,  // the errand's mail, then commit() and ".\r\n", then read
    finish,      // say QUIT where it can be heard; `result` is what became of it
  };
  Do what = Do::read;
  Secret bytes{};  // commands: some hold the password
  ports::Delivery result{};
};

class Dialogue {
 public:
  explicit Dialogue(Errand errand);

  Step begin();
  Step on_reply(const Reply& reply);
  Step on_tls();
  // The last dot is about to be written: from here on the server may have taken the mail.
  void commit() { committed_ = true; }
  // The connection failed now; `why` for people.
  ports::Delivery lost(std::string_view why) const;
  const Errand& errand() const { return errand_; }

 private:
  enum class State : std::uint8_t {
    greeting,
    hello,
    start_tls,
    login_user,
    login_password,
    login,
    from,
    to,
    data,
    mail,
    over
  };

  Step say(State next, std::string line);
  Step finish(ports::Outcome outcome, std::string detail);
  Step refuse_or_wait(const Reply& reply, std::string_view doing);
  Step on_hello(const Reply& reply);
  Step log_in();
  Step greet(State next);
  Step next_recipient();
  Step on_recipient(const Reply& reply);
  Step on_mail(const Reply& reply);
  bool offers(std::string_view extension, std::string_view word = {}) const;

  Errand errand_;
  State state_ = State::greeting;
  bool encrypted_;
  bool logged_in_ = false;
  bool committed_ = false;
  std::vector<std::string> extensions_;  // upper case
  std::size_t recipient_ = 0;
  std::vector<std::string> accepted_, refused_;
  // What the server said of a recipient that it does not take now, and of one that it never will.
  std::string waiting_{}, refusal_{};
};

}  // namespace forestall::notify::smtp
