// SPDX-License-Identifier: Apache-2.0
#include "connectors/notify/smtp/dialogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/base/text.hpp"
#include "connectors/notify/smtp/encode.hpp"

namespace forestall::notify::smtp {

using ports::Outcome;
using Do = Step::Do;

namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

}  // namespace

Dialogue::Dialogue(Errand errand) : errand_(std::move(errand)), encrypted_(errand_.encrypted) {}

Step Dialogue::begin() { return {.what = Do::read}; }

Step Dialogue::say(State next, std::string line) {
  state_ = next;
  return {.what = Do::write, .bytes = Secret(std::move(line) + "\r\n")};
}

Step Dialogue::finish(Outcome outcome, std::string detail) {
  state_ = State::over;
  return {.what = Do::finish, .result = {.outcome = outcome, .detail = std::move(detail)}};
}

// 4yz: later; everything else that is not wanted: no.
Step Dialogue::refuse_or_wait(const Reply& reply, std::string_view doing) {
  return finish(reply.transient() ? Outcome::not_reached : Outcome::refused,
                fmt::format("{}: {}", doing, reply.to_string()));
}

ports::Delivery Dialogue::lost(std::string_view why) const {
  const auto outcome = committed_ && state_ == State::mail ? Outcome::unknown : Outcome::not_reached;
  return {.outcome = outcome, .detail = std::string(why)};
}

Step Dialogue::greet(State next) { return say(next, "EHLO " + errand_.hello); }

Step Dialogue::on_tls() {
  encrypted_ = true;
  extensions_.clear();  // what was said in the clear may have been somebody else's
  return greet(State::hello);
}

bool Dialogue::offers(std::string_view extension, std::string_view word) const {
  return std::ranges::any_of(extensions_, [&](const std::string& line) {
    const auto words = split(line, ' ');
    return words.front() == extension && (word.empty() || std::ranges::find(words, word) != words.end());
  });
}

Step Dialogue::on_reply(const Reply& reply) {
  if (reply.code == 421) return finish(Outcome::not_reached, "the server is closing: " + reply.to_string());
  switch (state_) {
    case State::greeting:
      if (reply.code != 220) return refuse_or_wait(reply, "greeting");
      return greet(State::hello);
    case State::hello:
      return on_hello(reply);
    case State::start_tls:
      if (reply.code != 220) return refuse_or_wait(reply, "STARTTLS");
      return {.what = Do::start_tls};
    case State::login_user:
      if (reply.code != 334) return refuse_or_wait(reply, "AUTH");
      return say(State::login_password, base64(errand_.login.user));
    case State::login_password:
      if (reply.code != 334) return refuse_or_wait(reply, "AUTH");
      return say(State::login, base64(errand_.login.password.reveal()));
    case State::login:
      if (!reply.positive()) return refuse_or_wait(reply, "AUTH");
      logged_in_ = true;
      return say(State::from, "MAIL FROM:<" + errand_.from + ">");
    case State::from:
      if (!reply.positive()) return refuse_or_wait(reply, "MAIL FROM");
      return next_recipient();
    case State::to:
      return on_recipient(reply);
    case State::data:
      if (reply.code != 354) return refuse_or_wait(reply, "DATA");
      state_ = State::mail;
      return {.what = Do::write_mail};
    case State::mail:
      return on_mail(reply);
    case State::over:
      break;
  }
  return finish(Outcome::not_reached, "a reply that nobody asked for: " + reply.to_string());
}

Step Dialogue::on_hello(const Reply& reply) {
  if (!reply.positive()) return refuse_or_wait(reply, "EHLO");
  extensions_.clear();
  // The first line is the server's name.
  for (std::size_t i = 1; i < reply.lines.size(); ++i) extensions_.push_back(upper(trim(reply.lines[i])));
  if (!encrypted_ && errand_.start_tls) {
    if (!offers("STARTTLS"))
      return finish(Outcome::refused,
                    "the server does not offer STARTTLS; a relay on this very machine may be used without: "
                    "tls = \"off\"");
    return say(State::start_tls, "STARTTLS");
  }
  return log_in();
}

Step Dialogue::log_in() {
  if (errand_.login.user.empty()) return say(State::from, "MAIL FROM:<" + errand_.from + ">");
  using namespace std::string_literals;
  if (offers("AUTH", "PLAIN"))
    return say(State::login, "AUTH PLAIN " + base64("\0"s + errand_.login.user + "\0"s +
                                                    std::string(errand_.login.password.reveal())));
  if (offers("AUTH", "LOGIN")) return say(State::login_user, "AUTH LOGIN");
  return finish(Outcome::refused, "the server takes no login by AUTH PLAIN or AUTH LOGIN");
}

Step Dialogue::next_recipient() {
  if (recipient_ < errand_.to.size()) return say(State::to, "RCPT TO:<" + errand_.to[recipient_] + ">");
  if (!accepted_.empty()) return say(State::data, "DATA");
  if (!waiting_.empty() || !errand_.others_have_it) {
    // Where nobody has the mail, nobody is written off: who refuses everyone is set up wrongly, and one day
    // is not.
    auto step = waiting_.empty() ? finish(Outcome::refused, "no recipient is accepted; " + refusal_)
                                 : finish(Outcome::not_reached, waiting_);
    if (errand_.others_have_it) step.result.refused_for_good = refused_;
    return step;
  }
  auto step = finish(Outcome::delivered, "");
  step.result.refused_for_good = refused_;
  return step;
}

Step Dialogue::on_recipient(const Reply& reply) {
  const auto& address = errand_.to[recipient_++];
  if (reply.positive()) {
    accepted_.push_back(address);
  } else if (reply.transient() || reply.code == 552) {  // "too many recipients": RFC 5321 4.5.3.1.10
    waiting_ = "RCPT TO: " + reply.to_string();
  } else {
    refusal_ = "RCPT TO: " + reply.to_string();
    refused_.push_back(address);
  }
  return next_recipient();
}

Step Dialogue::on_mail(const Reply& reply) {
  if (!reply.positive()) return refuse_or_wait(reply, "the mail");
  auto step = finish(waiting_.empty() ? Outcome::delivered : Outcome::not_reached, waiting_);
  step.result.reached = accepted_;
  step.result.refused_for_good = refused_;
  return step;
}

}  // namespace forestall::notify::smtp
