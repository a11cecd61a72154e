// SPDX-License-Identifier: Apache-2.0
// One call: a connection from the pool, the request written, the answer read; and what a failure means for a
// request that may have been carried out.
#include "connectors/http/asio_client.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <map>
#include <tuple>

#include "config/base/text.hpp"
#include "connectors/http/pool.hpp"
#include "connectors/http/wire.hpp"
#include "connectors/net/tls.hpp"

namespace forestall::http {
namespace asio = boost::asio;

namespace {

std::string basic_credentials(const ProxySettings& proxy) {
  if (proxy.user.empty()) return {};
  const std::string plain = fmt::format("{}:{}", proxy.user, proxy.password.reveal());
  std::string out(4 * ((plain.size() + 2) / 3) + 1, '\0');  // and the NUL that OpenSSL adds
  out.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                                      reinterpret_cast<const unsigned char*>(plain.data()),
                                                      static_cast<int>(plain.size()))));
  return "Basic " + out;
}

bool goes_direct(const ProxySettings& proxy, const std::string& host) {
  return std::ranges::any_of(proxy.except, [&](const std::string& name) {
    return name.starts_with('.') ? host.ends_with(name) : host == name;
  });
}

// What became of one attempt on one connection.
struct Attempt {
  std::optional<Response> response{};
  Error error{};          // where there is no response
  bool sent = false;      // the system took at least one byte of the request
  bool answered = false;  // at least one byte came back
  bool broken = false;    // the connection, not the answer, is at fault
};

struct Core {
  Core(asio::any_io_executor e, Clock& c, Logger l, ClientSettings s, asio::ssl::context t)
      : executor(std::move(e)), clock(c), log(std::move(l)), settings(std::move(s)), tls(std::move(t)) {
    if (settings.proxy) proxy_authorization = basic_credentials(*settings.proxy);
  }

  Pool& pool(const BaseUrl& base) {
    auto& pool = pools[std::tuple(base.tls, base.host, base.port)];
    if (!pool) pool = std::make_unique<Pool>(clock, settings.connections_per_host, settings.idle_timeout);
    return *pool;
  }
  const ProxySettings* proxy_for(const BaseUrl& base) const {
    return settings.proxy && !goes_direct(*settings.proxy, base.host) ? &*settings.proxy : nullptr;
  }
  Monotonic step_deadline(std::chrono::nanoseconds step, Monotonic overall) const {
    return std::min(clock.monotonic() + step, overall);
  }

  asio::any_io_executor executor;
  Clock& clock;
  Logger log;
  ClientSettings settings;
  asio::ssl::context tls;
  std::string proxy_authorization;
  std::map<std::tuple<bool, std::string, std::uint16_t>, std::unique_ptr<Pool>> pools;
  std::uint64_t last_call = 0;
  ClientStats counters;
  bool closing = false;
};

// A step before anything of the request was sent: harmless to repeat.
Error before_sending(const Step& step, std::string_view doing) {
  switch (step.result) {
    case StepResult::late:
      return {ErrorCode::timeout, true, std::string(doing)};
    case StepResult::aborted:
      return {ErrorCode::cancelled, false, fmt::format("{}: the client is closing", doing)};
    default:
      return {ErrorCode::unavailable, !step.certificate_refused,
              fmt::format("{}: {}", doing, step.why.empty() ? "closed by the peer" : step.why)};
  }
}

asio::awaitable<Status> open_tunnel(Core& core, Connection& connection, const BaseUrl& target,
                                    Monotonic deadline) {
  WireOptions wire;
  wire.proxy_authorization = core.proxy_authorization;
  const std::string connect = serialize_connect(target, wire);
  Step step = co_await connection.write(connect, core.step_deadline(core.settings.write_timeout, deadline));
  if (step.result != StepResult::ok) co_return std::unexpected(before_sending(step, "asking the proxy"));
  // Like HEAD, the answer has no body: what follows belongs to the tunnel.
  ResponseReader reader(Method::head, ResponseLimits{core.settings.header_bytes, 0});
  while (!reader.done()) {
    std::string_view bytes;
    step = co_await connection.read(bytes, core.step_deadline(core.settings.read_timeout, deadline));
    if (step.result != StepResult::ok)
      co_return std::unexpected(before_sending(step, "waiting for the proxy"));
    if (auto fed = reader.feed(bytes); !fed) co_return fail_in("the proxy", fed.error());
  }
  const int status = reader.take().status;
  if (status < 200 || status > 299)
    co_return std::unexpected(Error{status == 407 ? ErrorCode::unauthenticated : ErrorCode::unavailable,
                                    status >= 500, fmt::format("the proxy answered {} to CONNECT", status)});
  co_return Status{};
}

asio::awaitable<Status> open(Core& core, Pool::Lease& lease, const BaseUrl& target, Monotonic deadline) {
  const ProxySettings* proxy = core.proxy_for(target);
  const BaseUrl& first_hop = proxy != nullptr ? proxy->url : target;
  auto endpoints = co_await resolve(core.clock, first_hop.host, first_hop.port,
                                    core.step_deadline(core.settings.resolve_timeout, deadline));
  if (!endpoints) co_return std::unexpected(std::move(endpoints.error()));
  if (core.closing) co_return fail(ErrorCode::cancelled, "the client is closing");
  lease.put(std::make_unique<Connection>(core.executor, core.clock));
  Connection& connection = *lease.connection();
  const Monotonic until = core.step_deadline(core.settings.connect_timeout, deadline);
  Step step;
  for (std::size_t i = 0; i < endpoints->size(); ++i) {
    // An address that swallows packets must not use up the time of the next one.
    const auto left = static_cast<std::int64_t>(endpoints->size() - i);
    const Monotonic by = core.clock.monotonic() + (until - core.clock.monotonic()) / left;
    step = co_await connection.connect((*endpoints)[i], by);
    if (step.result == StepResult::ok || step.result == StepResult::aborted) break;
  }
  if (step.result != StepResult::ok)
    co_return std::unexpected(before_sending(step, fmt::format("connecting to {}", authority(first_hop))));
  ++core.counters.connections_opened;
  if (!target.tls) co_return Status{};
  if (proxy != nullptr) {
    if (auto tunnel = co_await open_tunnel(core, connection, target, deadline); !tunnel)
      co_return std::unexpected(std::move(tunnel.error()));
  }
  step = co_await connection.start_tls(core.tls, target.host,
                                       core.step_deadline(core.settings.handshake_timeout, deadline));
  if (step.result != StepResult::ok)
    co_return std::unexpected(before_sending(step, fmt::format("TLS with {}", authority(target))));
  co_return Status{};
}

asio::awaitable<Attempt> exchange(Core& core, Pool::Lease& lease, const Request& request,
                                  const std::string& bytes, Monotonic deadline) {
  Connection& connection = *lease.connection();
  Attempt attempt;
  const auto ended = [&](const Step& step, std::string_view doing) {
    attempt.broken = step.result == StepResult::closed || step.result == StepResult::failed;
    attempt.error = before_sending(step, doing);
    return attempt;
  };
  if (core.clock.monotonic() >= deadline) co_return ended({StepResult::late}, "before sending");
  const Instant sent_at = core.clock.now();
  Step step = co_await connection.write(bytes, core.step_deadline(core.settings.write_timeout, deadline));
  attempt.sent = step.bytes > 0;
  core.counters.bytes_out += step.bytes;
  if (step.result != StepResult::ok) co_return ended(step, "sending the request");
  ResponseReader reader(request.method, {core.settings.header_bytes, request.options.max_body_bytes});
  while (!reader.done()) {
    std::string_view received;
    step = co_await connection.read(received, core.step_deadline(core.settings.read_timeout, deadline));
    core.counters.bytes_in += step.bytes;
    Status parsed;
    if (step.result == StepResult::ok)
      parsed = reader.feed(received);
    else if (step.result == StepResult::closed)
      parsed = reader.end_of_stream();
    attempt.answered = reader.started();
    if (!parsed) {
      attempt.error = std::move(parsed.error());
      attempt.broken = step.result == StepResult::closed;
      co_return attempt;
    }
    if (step.result != StepResult::ok && !reader.done())
      co_return ended(step, attempt.answered ? "reading the answer" : "waiting for the answer");
  }
  const bool reusable = reader.reusable();
  attempt.response = reader.take();
  attempt.response->sent = sent_at;
  attempt.response->received = core.clock.now();
  if (reusable) lease.keep();
  co_return attempt;
}

// What the caller is told about a request without an answer.
Error verdict(Attempt attempt, bool idempotent) {
  Error error = std::move(attempt.error);
  if (!attempt.sent) return error;
  if (idempotent) {
    error.retryable = error.code == ErrorCode::timeout || error.code == ErrorCode::unavailable;
    return error;
  }
  return {ErrorCode::outcome_unknown, false,
          fmt::format("sent, but {}: {}", code_name(error.code), error.detail)};
}

asio::awaitable<Result<Response>> call(Core& core, const Request& request, const std::string& bytes,
                                       Monotonic deadline) {
  bool fresh = false;
  for (;;) {
    auto lease = co_await core.pool(request.base).acquire(deadline, fresh);
    if (core.closing) co_return fail(ErrorCode::cancelled, "the client is closing");
    if (!lease) co_return fail_retryable(ErrorCode::timeout, "waiting for a free connection");
    const bool reused = lease->connection() != nullptr;
    if (reused) {
      ++core.counters.connections_reused;
    } else if (auto opened = co_await open(core, *lease, request.base, deadline); !opened) {
      co_return std::unexpected(std::move(opened.error()));
    }
    Attempt attempt = co_await exchange(core, *lease, request, bytes, deadline);
    if (attempt.response) co_return std::move(*attempt.response);
    // The peer may have closed a kept connection while the request was on its way. Once more on a new one,
    // where that cannot do the same thing twice.
    if (reused && attempt.broken && !attempt.answered && (!attempt.sent || request.idempotent())) {
      ++core.counters.stale_retries;
      fresh = true;
      continue;
    }
    co_return std::unexpected(verdict(std::move(attempt), request.idempotent()));
  }
}

void log_call(Core& core, const Request& request, std::uint64_t id, std::chrono::nanoseconds took,
              const Result<Response>& result) {
  const LogLevel level = result ? LogLevel::debug : LogLevel::info;
  if (!core.log.enabled(level)) return;
  const auto took_ms = std::chrono::duration_cast<Millis>(took).count();
  if (!result) {
    core.log.info("http_call_failed", {{"call", id},
                                       {"method", method_name(request.method)},
                                       {"host", authority(request.base)},
                                       {"target", loggable_target(request)},
                                       {"ms", took_ms},
                                       {"error", result.error()}});
    return;
  }
  std::string theirs;
  for (const auto& name : request.options.request_id_headers) {
    const auto value = find_header(result->headers, name);
    if (value) theirs = printable(*value, 80);
  }
  core.log.debug("http_call", {{"call", id},
                               {"method", method_name(request.method)},
                               {"host", authority(request.base)},
                               {"target", loggable_target(request)},
                               {"status", result->status},
                               {"ms", took_ms},
                               {"bytes", result->body.size()},
                               {"request_id", theirs}});
}

// The coroutine holds the core: the client may go first.
asio::awaitable<Result<Response>> send_on(std::shared_ptr<Core> core, Request request) {
  const std::uint64_t id = ++core->last_call;
  ++core->counters.calls;
  const Monotonic start = core->clock.monotonic();
  WireOptions wire;
  wire.user_agent = core->settings.user_agent;
  wire.absolute_target = !request.base.tls && core->proxy_for(request.base) != nullptr;
  wire.proxy_authorization = core->proxy_authorization;
  Result<Response> result = fail(ErrorCode::cancelled, "the client is closed");
  if (auto bytes = serialize_request(request, wire); !bytes)
    result = std::unexpected(std::move(bytes.error()));
  else if (!core->closing)
    result = co_await call(*core, request, *bytes, start + request.options.timeout);
  if (result)
    result->call_id = id;
  else
    ++core->counters.failures;
  log_call(*core, request, id, core->clock.monotonic() - start, result);
  co_return result;
}

class Client final : public AsioHttpClient {
 public:
  explicit Client(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  ~Client() override { Client::close(); }

  asio::awaitable<Result<Response>> send(Request request) override {
    return send_on(core_, std::move(request));
  }
  void close() override {
    core_->closing = true;
    for (auto& [key, pool] : core_->pools) pool->close();
  }
  ClientStats stats() const override {
    ClientStats now = core_->counters;
    for (const auto& [key, pool] : core_->pools) {
      now.in_use += pool->in_use();
      now.idle += pool->idle();
      now.waiting += pool->waiting();
    }
    return now;
  }

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace

Result<std::unique_ptr<AsioHttpClient>> make_http_client(asio::any_io_executor executor, Clock& clock,
                                                         Logger log, ClientSettings settings) {
  if (settings.proxy && (settings.proxy->url.tls || settings.proxy->url.host.empty()))
    return fail(ErrorCode::invalid_argument, "the proxy must be given as http://host:port");
  if (settings.connections_per_host == 0)
    return fail(ErrorCode::invalid_argument, "at least one connection a host is needed");
  auto tls = net::make_tls_client_context({settings.ca_file, settings.certificate_file, settings.key_file});
  if (!tls) return std::unexpected(std::move(tls.error()));
  return std::make_unique<Client>(std::make_shared<Core>(std::move(executor), clock, std::move(log),
                                                         std::move(settings), std::move(*tls)));
}

}  // namespace forestall::http
