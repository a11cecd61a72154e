// SPDX-License-Identifier: Apache-2.0
// The dialogue over a connection: does what it says, reads what comes.
#include "connectors/notify/smtp/smtp.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "config/base/text.hpp"
#include "connectors/http/connection.hpp"
#include "connectors/net/tls.hpp"
#include "connectors/notify/smtp/dialogue.hpp"
#include "connectors/notify/smtp/mail.hpp"

namespace forestall::notify::smtp {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using http::StepResult;

// Our name as EHLO wants it: a name with a dot, else an address literal.
std::string hello_name() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const std::string name = to_lower(host.data());
  const bool good = name.find('.') != std::string::npos &&
                    name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos;
  return good ? name : "[127.0.0.1]";
}

class Smtp final : public ports::Notifier {
 public:
  Smtp(const config::NotifySettings& settings, const ports::Context& context, asio::ssl::context tls)
      : clock_(context.clock),
        url_(settings.url.value()),
        start_tls_(settings.tls != config::SmtpTls::off),
        login_{settings.username.value_or(""), settings.password.value},
        envelope_{settings.from.value_or(""), settings.to},
        tls_(std::move(tls)),
        hello_(hello_name()) {}

  asio::awaitable<ports::Delivery> deliver(ports::Notice notice, std::vector<std::string> done,
                                           std::chrono::nanoseconds timeout) override {
    const Monotonic deadline = clock_.monotonic() + timeout;
    auto to = envelope_.to;
    std::erase_if(to, [&](const std::string& one) { return std::ranges::find(done, one) != done.end(); });
    if (to.empty()) co_return ports::Delivery{};
    Dialogue dialogue({.hello = hello_,
                       .encrypted = url_.scheme == "smtps",
                       .start_tls = start_tls_,
                       .login = login_,
                       .from = envelope_.from,
                       .to = std::move(to),
                       .others_have_it = !done.empty(),
                       .mail = dot_stuffed(mail_of(notice, envelope_))});
    http::Connection connection(co_await asio::this_coro::executor, clock_);
    if (auto failed = co_await open(connection, deadline)) co_return std::move(*failed);
    co_return co_await talk(connection, dialogue, deadline);
  }

 private:
  static ports::Delivery not_reached(std::string why) {
    return {.outcome = ports::Outcome::not_reached, .detail = std::move(why)};
  }
  static std::string words(const http::Step& step, std::string_view doing) {
    if (step.result == StepResult::late) return fmt::format("{}: too late", doing);
    return fmt::format("{}: {}", doing, step.why.empty() ? "closed by the server" : step.why);
  }

  asio::awaitable<std::optional<ports::Delivery>> open(http::Connection& connection, Monotonic deadline) {
    const auto endpoints =
        co_await http::resolve(clock_, url_.host, url_.port, std::min(deadline, clock_.monotonic() + 10s));
    if (!endpoints) co_return not_reached(to_string(endpoints.error()));
    http::Step step;
    for (std::size_t i = 0; i < endpoints->size(); ++i) {
      const auto left = static_cast<std::int64_t>(endpoints->size() - i);
      const auto until = std::min(deadline, clock_.monotonic() + 15s);
      step = co_await connection.connect((*endpoints)[i],
                                         clock_.monotonic() + (until - clock_.monotonic()) / left);
      if (step.result == StepResult::ok) break;
    }
    const auto server = fmt::format("{}:{}", url_.host, url_.port);
    if (step.result != StepResult::ok) co_return not_reached(words(step, "connecting to " + server));
    if (url_.scheme != "smtps") co_return std::nullopt;
    step = co_await connection.start_tls(tls_, url_.host, deadline);
    if (step.result != StepResult::ok) co_return not_reached(words(step, "TLS with " + server));
    co_return std::nullopt;
  }

  asio::awaitable<ports::Delivery> talk(http::Connection& connection, Dialogue& dialogue,
                                        Monotonic deadline) {
    ReplyReader reader;
    Step step = dialogue.begin();
    while (step.what != Step::Do::finish) {
      if (step.what == Step::Do::start_tls) {
        // What came before the handshake could be a stranger's, put in between (CVE-2011-0411).
        if (reader.holds_anything()) co_return dialogue.lost("bytes in the clear after STARTTLS");
        const auto done = co_await connection.start_tls(tls_, url_.host, deadline);
        if (done.result != StepResult::ok) co_return dialogue.lost(words(done, "TLS"));
        step = dialogue.on_tls();
        continue;
      }
      if (auto failed = co_await write(connection, dialogue, step, deadline)) co_return std::move(*failed);
      auto reply = reader.next();
      while (!reply) {
        std::string_view bytes;
        const auto got = co_await connection.read(bytes, deadline);
        if (got.result != StepResult::ok) co_return dialogue.lost(words(got, "waiting for a reply"));
        if (auto fed = reader.feed(bytes); !fed) co_return dialogue.lost(fed.error().detail);
        reply = reader.next();
      }
      step = dialogue.on_reply(*reply);
    }
    // Said to be polite; what it answers changes nothing.
    co_await connection.write("QUIT\r\n", std::min(deadline, clock_.monotonic() + 1s));
    co_return std::move(step.result);
  }

  asio::awaitable<std::optional<ports::Delivery>> write(http::Connection& connection, Dialogue& dialogue,
                                                        const Step& step, Monotonic deadline) {
    if (step.what == Step::Do::read) co_return std::nullopt;
    if (step.what == Step::Do::write_mail) {
      const auto sent = co_await connection.write(dialogue.errand().mail, deadline);
      if (sent.result != StepResult::ok) co_return dialogue.lost(words(sent, "sending the mail"));
      dialogue.commit();
    }
    const auto bytes = step.what == Step::Do::write_mail ? std::string_view(".\r\n") : step.bytes.reveal();
    const auto sent = co_await connection.write(bytes, deadline);
    if (sent.result != StepResult::ok) co_return dialogue.lost(words(sent, "writing"));
    co_return std::nullopt;
  }

  Clock& clock_;
  config::Url url_;
  bool start_tls_;
  Login login_;
  Envelope envelope_;
  asio::ssl::context tls_;
  std::string hello_;
};

}  // namespace

Result<std::unique_ptr<ports::Notifier>> make_notifier(const config::NotifySettings& settings,
                                                       const ports::Context& context) {
  if (!settings.url || !settings.from || settings.to.empty())
    return fail(ErrorCode::invalid_argument, "smtp: url, from and to are needed");
  auto tls =
      net::make_tls_client_context({.ca_file = context.ca_file, .certificate_file = {}, .key_file = {}});
  if (!tls) return std::unexpected(tls.error());
  return std::make_unique<Smtp>(settings, context, std::move(*tls));
}

}  // namespace forestall::notify::smtp
