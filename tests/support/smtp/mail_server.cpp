// SPDX-License-Identifier: Apache-2.0
#include "tests/support/smtp/mail_server.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace forestall::test {

namespace asio = boost::asio;
using asio::awaitable;
using tcp = asio::ip::tcp;

namespace {

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

std::string from_base64(std::string_view text) {
  static constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    const auto at = letters.find(c);
    if (at == std::string_view::npos) continue;
    bits = (bits << 6U) | static_cast<unsigned>(at);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> count) & 0xffU);
  }
  return out;
}

struct Server {
  Server(asio::any_io_executor e, MailOptions o)
      : executor(std::move(e)),
        options(std::move(o)),
        acceptor(executor, {asio::ip::address_v4::loopback(), 0}) {
    if (!options.certificate) return;
    tls.use_certificate_chain_file(options.certificate->certificate);
    tls.use_private_key_file(options.certificate->key, asio::ssl::context::pem);
  }

  asio::any_io_executor executor;
  MailOptions options;
  tcp::acceptor acceptor;
  asio::ssl::context tls{asio::ssl::context::tls_server};
  MailServer::Hook hook;
  std::vector<Mail> mails;
  std::vector<std::string> commands;
  std::vector<std::weak_ptr<tcp::socket>> sockets;
};

// One connection.
class Talk {
 public:
  Talk(std::shared_ptr<Server> server, std::shared_ptr<tcp::socket> socket)
      : server_(std::move(server)), socket_(std::move(socket)) {}

  awaitable<void> run() {
    if (server_->options.smtps && !co_await start_tls()) co_return;
    if (!co_await say("", "220 test ESMTP")) co_return;
    while (const auto command = co_await line()) {
      server_->commands.push_back(*command);
      if (!co_await take(*command)) break;
    }
    boost::system::error_code ec;
    socket_->close(ec);
  }

 private:
  awaitable<std::optional<std::string>> line() {
    for (;;) {
      const auto end = buffer_.find("\r\n");
      if (end != std::string::npos) {
        auto text = buffer_.substr(0, end);
        buffer_.erase(0, end + 2);
        co_return text;
      }
      std::array<char, 4096> bytes{};
      std::size_t size = 0;
      boost::system::error_code ec;
      if (stream_)
        std::tie(ec, size) = co_await stream_->async_read_some(asio::buffer(bytes), quietly);
      else
        std::tie(ec, size) = co_await socket_->async_read_some(asio::buffer(bytes), quietly);
      if (ec) co_return std::nullopt;
      buffer_.append(bytes.data(), size);
    }
  }

  // False: the connection is over.
  awaitable<bool> say(std::string command, std::string usual) {
    if (server_->hook)
      if (const auto other = server_->hook(command)) {
        if (other->empty()) co_return false;
        usual = *other;
        refused_ = usual.front() != '2' && usual.front() != '3';
      }
    usual += "\r\n";
    boost::system::error_code ec;
    std::size_t size = 0;
    if (stream_)
      std::tie(ec, size) = co_await asio::async_write(*stream_, asio::buffer(usual), quietly);
    else
      std::tie(ec, size) = co_await asio::async_write(*socket_, asio::buffer(usual), quietly);
    co_return !ec;
  }

  awaitable<bool> start_tls() {
    buffer_.clear();
    stream_.emplace(*socket_, server_->tls);
    const auto [ec] = co_await stream_->async_handshake(asio::ssl::stream_base::server, quietly);
    co_return !ec;
  }

  awaitable<bool> take(std::string command) {
    const auto& o = server_->options;
    refused_ = false;
    if (command.starts_with("EHLO ")) {
      std::string reply = "250-test greets you";
      if (o.certificate && !stream_) reply += "\r\n250-STARTTLS";
      if (!o.user.empty()) reply += o.plain ? "\r\n250-AUTH PLAIN LOGIN" : "\r\n250-AUTH LOGIN";
      co_return co_await say(command, reply + "\r\n250 8BITMIME");
    }
    if (command == "STARTTLS") {
      if (!co_await say(command, "220 go ahead")) co_return false;
      co_return refused_ || co_await start_tls();
    }
    if (command.starts_with("AUTH ")) co_return co_await log_in(command);
    if (command.starts_with("MAIL FROM:<")) {
      mail_ = {.from = command.substr(11, command.find('>') - 11),
               .user = user_,
               .encrypted = stream_.has_value()};
      co_return co_await say(command, o.user.empty() || !user_.empty() ? "250 ok" : "530 log in first");
    }
    if (command.starts_with("RCPT TO:<")) {
      if (!co_await say(command, "250 ok")) co_return false;
      if (!refused_) mail_.to.push_back(command.substr(9, command.find('>') - 9));
      co_return true;
    }
    if (command == "DATA") {
      if (!co_await say(command, "354 go on")) co_return false;
      co_return refused_ || co_await read_mail();
    }
    if (command == "QUIT") {
      co_await say(command, "221 bye");
      co_return false;
    }
    co_return co_await say(command, "500 what?");
  }

  awaitable<bool> log_in(std::string command) {
    const auto& o = server_->options;
    std::string user, password;
    if (command.starts_with("AUTH PLAIN ")) {
      const auto text = from_base64(command.substr(11));
      const auto first = text.find('\0'), second = text.find('\0', first + 1);
      user = text.substr(first + 1, second - first - 1);
      password = text.substr(second + 1);
    } else {
      if (!co_await say("AUTH LOGIN", "334 VXNlcm5hbWU6")) co_return false;
      user = from_base64((co_await line()).value_or(""));
      if (!co_await say("user", "334 UGFzc3dvcmQ6")) co_return false;
      password = from_base64((co_await line()).value_or(""));
    }
    const bool good = user == o.user && password == o.password;
    if (good) user_ = user;
    co_return co_await say("login", good ? "235 welcome" : "535 5.7.8 wrong user or password");
  }

  awaitable<bool> read_mail() {
    while (auto text = co_await line()) {
      if (*text == ".") {
        // Taken, whatever the answer is or becomes.
        const auto at = server_->mails.size();
        server_->mails.push_back(mail_);
        if (!co_await say(".", "250 taken")) co_return false;
        if (refused_) server_->mails.erase(server_->mails.begin() + static_cast<std::ptrdiff_t>(at));
        co_return true;
      }
      if (text->starts_with('.')) text->erase(0, 1);
      mail_.data += *text + "\r\n";
    }
    co_return false;
  }

  std::shared_ptr<Server> server_;
  std::shared_ptr<tcp::socket> socket_;
  std::optional<asio::ssl::stream<tcp::socket&>> stream_;
  std::string buffer_;
  Mail mail_;
  std::string user_;
  bool refused_ = false;
};

awaitable<void> talk(std::shared_ptr<Server> server, std::shared_ptr<tcp::socket> socket) {
  Talk one(std::move(server), std::move(socket));
  co_await one.run();
}

awaitable<void> listen(std::shared_ptr<Server> server) {
  for (;;) {
    auto [ec, socket] = co_await server->acceptor.async_accept(quietly);
    if (ec) co_return;
    auto shared = std::make_shared<tcp::socket>(std::move(socket));
    server->sockets.push_back(shared);
    asio::co_spawn(server->executor, talk(server, std::move(shared)), asio::detached);
  }
}

}  // namespace

struct MailServer::State : Server {
  using Server::Server;
};

MailServer::MailServer(asio::any_io_executor executor, MailOptions options)
    : state_(std::make_shared<State>(executor, std::move(options))) {
  asio::co_spawn(executor, listen(state_), asio::detached);
}

MailServer::~MailServer() {
  boost::system::error_code ec;
  state_->acceptor.close(ec);
  for (const auto& weak : state_->sockets)
    if (const auto socket = weak.lock()) socket->close(ec);
}

std::uint16_t MailServer::port() const { return state_->acceptor.local_endpoint().port(); }
void MailServer::set_hook(Hook hook) { state_->hook = std::move(hook); }
const std::vector<Mail>& MailServer::mails() const { return state_->mails; }
const std::vector<std::string>& MailServer::commands() const { return state_->commands; }

std::string header_of(const Mail& mail, const std::string& name) {
  const auto head = "\r\n" + mail.data.substr(0, mail.data.find("\r\n\r\n")) + "\r\n";
  auto at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  at += name.size() + 4;
  std::string value;
  for (;;) {
    const auto end = head.find("\r\n", at);
    value += head.substr(at, end - at);
    at = end + 2;
    if (at >= head.size() || head[at] != ' ') return value;
  }
}

std::string part_of(const Mail& mail, const std::string& type) {
  const auto at = mail.data.find("Content-Type: " + type);
  if (at == std::string::npos) return {};
  const auto begin = mail.data.find("\r\n\r\n", at) + 4;
  const auto text = mail.data.substr(begin, mail.data.find("\r\n--=_", begin) - begin);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') continue;
    if (text[i] != '=') {
      out += text[i];
    } else if (text.compare(i, 3, "=\r\n") == 0) {
      i += 2;
    } else {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    }
  }
  return out;
}

}  // namespace forestall::test
