// SPDX-License-Identifier: Apache-2.0
// The one translation unit with Beast: accepts, reads, answers. What to decide is decided elsewhere.
#include "daemon/web/server.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "config/base/text.hpp"
#include "connectors/net/sleep.hpp"
#include "daemon/runtime/task_group.hpp"
#include "daemon/web/stream.hpp"

namespace forestall::web {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;
using boost::system::error_code;
using Socket = asio::generic::stream_protocol::socket;
using Parser = http::request_parser<http::string_body>;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using Phase = ConnectionPhase;

namespace {

auto to(error_code& ec) { return asio::redirect_error(asio::use_awaitable, ec); }

// A stream that was opened; counted as long as it lives.
struct Events {
  std::unique_ptr<EventReader> reader{};
  std::unordered_set<ConnectionId>* counted_in = nullptr;
  ConnectionId id{};
  ~Events() {
    if (counted_in != nullptr) counted_in->erase(id);
  }
};

bool is_too_large(const error_code& ec) {
  return ec == http::error::body_limit || ec == http::error::header_limit ||
         ec == http::error::buffer_overflow;
}

Response unreadable(const error_code& ec) {
  if (ec == http::error::body_limit)
    return problem(413, ErrorCode::too_large, "the body is larger than allowed");
  if (is_too_large(ec)) return problem(431, ErrorCode::too_large, "the header is larger than allowed");
  return problem(400, ErrorCode::parse, "this is not HTTP/1.1: " + ec.message());
}

}  // namespace

struct Server::Impl {
  Impl(asio::any_io_executor e, Clock& c, Logger l, ServerOptions o, std::vector<Route> r, AccessRules a,
       std::function<void(std::string_view)> on_fatal)
      : executor(e),
        clock(c),
        log(l.with({{"part", "web"}})),
        options(std::move(o)),
        routes(std::move(r)),
        rules(std::move(a)),
        table(options.connections),
        listeners(e, log, "web", std::move(on_fatal)),
        sessions(e, log, "web connections", {}) {}

  struct Session {
    Socket socket;
    runtime::TaskId task = runtime::TaskId::none;
    bool cut = false;  // overdue or evicted: the next read or write was cancelled
  };

  asio::any_io_executor executor;
  Clock& clock;
  Logger log;
  ServerOptions options;
  std::vector<Route> routes;
  AccessRules rules;
  Connections table;
  WebCounters counters;
  std::optional<asio::ip::tcp::acceptor> tcp;
  std::optional<asio::local::stream_protocol::acceptor> local;
  std::unordered_map<ConnectionId, Session> open;
  std::unordered_set<ConnectionId> streams;
  bool stopping = false;
  runtime::TaskGroup listeners;
  runtime::TaskGroup sessions;

  Status bind_tcp();
  Status bind_local();
  void cut(ConnectionId id);
  void admit(Socket socket, bool local_peer);
  template <class Acceptor>
  awaitable<void> accept(Acceptor& acceptor, bool local_peer);
  awaitable<void> watch_deadlines();
  awaitable<void> serve(ConnectionId id, bool local_peer);
  awaitable<bool> serve_one(ConnectionId id, Socket& socket, boost::beast::flat_buffer& buffer,
                            bool local_peer);
  awaitable<Response> answer(ConnectionId id, Socket& socket, boost::beast::flat_buffer& buffer,
                             Parser& parser, bool local_peer, bool& body_unread, Events& events);
  Response open_stream(ConnectionId id, const Route& route, const Request& request, Events& events);
  awaitable<void> stream(ConnectionId id, Socket& socket, EventReader& events);
  awaitable<Response> handle(const Route& route, const Request& request);
  awaitable<void> swallow(Socket& socket);
  std::expected<Match, Response> judge(const Parser& parser, bool local_peer) const;
  void count(unsigned status, Monotonic began);
};

// --- listening
// -------------------------------------------------------------------------------------------------

Status Server::Impl::bind_tcp() {
  const std::string host = options.host == "localhost" ? "127.0.0.1" : options.host;
  const auto refused = [&](const error_code& ec) {
    return fail(ErrorCode::io,
                fmt::format("cannot listen on {}:{}: {}", options.host, options.port, ec.message()));
  };
  error_code ec;
  const auto address = asio::ip::make_address(host, ec);
  if (ec) return refused(ec);
  const asio::ip::tcp::endpoint endpoint(address, options.port);
  tcp.emplace(executor);
  tcp->open(endpoint.protocol(), ec);
  if (!ec) tcp->set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) tcp->bind(endpoint, ec);
  if (!ec) tcp->listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return refused(ec);
  return {};
}

Status Server::Impl::bind_local() {
  const auto refused = [&](std::string_view why) {
    return fail(ErrorCode::io, fmt::format("cannot listen on {}: {}", options.unix_socket, why));
  };
  if (options.unix_socket.size() >= sizeof(sockaddr_un::sun_path))
    return refused("the path is longer than 107 bytes");
  // Whoever holds the lock of the state directory may remove what a dead daemon left there.
  ::unlink(options.unix_socket.c_str());
  error_code ec;
  local.emplace(executor);
  local->open({}, ec);
  // The mode of the socket when it appears, so that there is no moment in which others could connect.
  ::fchmod(local->native_handle(), 0600);
  if (!ec) local->bind(options.unix_socket, ec);
  if (!ec) local->listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return refused(ec.message());
  return {};
}

template <class Acceptor>
awaitable<void> Server::Impl::accept(Acceptor& acceptor, bool local_peer) {
  for (;;) {
    error_code ec;
    auto socket = co_await acceptor.async_accept(to(ec));
    if (!ec) {
      admit(Socket(std::move(socket)), local_peer);
    } else if (ec == asio::error::operation_aborted) {
      co_return;
    } else if (ec != asio::error::connection_aborted) {
      // Out of descriptors or memory: the waiting connection would be reported again at once.
      log.warning("accept_failed", {{"reason", ec.message()}});
      co_await net::sleep_for(clock, 200ms);
    }
  }
}

void Server::Impl::admit(Socket socket, bool local_peer) {
  const auto [id, evict] = table.admit(clock.monotonic());
  if (evict) {
    ++counters.evicted;
    cut(*evict);
  }
  if (!id) {
    ++counters.refused;
    return;  // closed: everybody in the table is being served
  }
  ++counters.accepted;
  auto& session = open.try_emplace(*id, std::move(socket)).first->second;
  session.task = sessions.spawn("connection", runtime::OnFailure::log, serve(*id, local_peer));
  if (session.task == runtime::TaskId::none) {
    table.remove(*id);
    open.erase(*id);
  }
}

// Its pending read or write ends with an error; what the session does then it does within the time of its
// phase.
void Server::Impl::cut(ConnectionId id) {
  const auto found = open.find(id);
  if (found == open.end()) return;
  error_code ignored;
  if (found->second.cut) found->second.socket.close(ignored);
  found->second.cut = true;
  found->second.socket.cancel(ignored);
}

awaitable<void> Server::Impl::watch_deadlines() {
  for (;;) {
    co_await net::sleep_for(clock, 250ms);
    for (const auto id : table.overdue(clock.monotonic())) {
      ++counters.timed_out;
      cut(id);
    }
  }
}

// --- one connection
// --------------------------------------------------------------------------------------------

awaitable<void> Server::Impl::serve(ConnectionId id, bool local_peer) {
  struct Leave {
    Impl& self;
    ConnectionId id;
    ~Leave() {
      self.table.remove(id);
      self.open.erase(id);
    }
  } const leave{*this, id};
  auto& session = open.at(id);
  // Nothing is allocated for a connection that has not sent anything yet.
  boost::beast::flat_buffer buffer(options.max_header_bytes + 64 * 1024);
  for (bool again = true; again && !stopping;) {
    if (buffer.size() == 0) {
      buffer.shrink_to_fit();
      table.enter(id, Phase::idle, clock.monotonic());
      error_code ec;
      co_await session.socket.async_wait(Socket::wait_read, to(ec));
      if (ec || session.cut) co_return;
    }
    again = co_await serve_one(id, session.socket, buffer, local_peer);
  }
}

// One request and its answer. True when another may follow on the connection.
awaitable<bool> Server::Impl::serve_one(ConnectionId id, Socket& socket, boost::beast::flat_buffer& buffer,
                                        bool local_peer) {
  const auto began = clock.monotonic();
  table.enter(id, Phase::reading, began);
  auto& session = open.at(id);
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(options.max_header_bytes));
  parser.body_limit(boost::none);  // set once the route is known
  error_code ec;
  co_await http::async_read_header(socket, buffer, parser, to(ec));
  Response response;
  Events events;
  bool body_unread = true;
  bool keep_alive = false;
  if (ec == http::error::end_of_stream || ec == asio::error::connection_reset || ec == asio::error::eof)
    co_return false;
  if (session.cut)
    response = problem(408, ErrorCode::timeout, "the request did not arrive in time");
  else if (ec)
    response = unreadable(ec);
  else {
    response = co_await answer(id, socket, buffer, parser, local_peer, body_unread, events);
    if (session.cut) response = problem(408, ErrorCode::timeout, "the request did not arrive in time");
    keep_alive = parser.keep_alive() && !body_unread && !stopping && !session.cut;
  }
  table.enter(id, Phase::writing, clock.monotonic());
  if (parser.is_header_done() && parser.get().method() == http::verb::head) {
    const auto head = serialize_head(response, clock.now(), keep_alive);
    co_await asio::async_write(socket, asio::buffer(head), to(ec));
    events.reader.reset();
  } else {
    const auto head = serialize_head(response, clock.now(), keep_alive);
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(response.body)};
    co_await asio::async_write(socket, parts, to(ec));
  }
  count(response.status, began);
  if (ec) co_return false;
  if (events.reader) co_await stream(id, socket, *events.reader);
  if (response.endless) co_return false;
  if (!keep_alive && body_unread) co_await swallow(socket);
  co_return keep_alive;
}

// Reads what remains of the request, and says what to answer.
awaitable<Response> Server::Impl::answer(ConnectionId id, Socket& socket, boost::beast::flat_buffer& buffer,
                                         Parser& parser, bool local_peer, bool& body_unread, Events& events) {
  body_unread = !parser.is_done();
  auto match = judge(parser, local_peer);
  if (!match) {
    if (match.error().status == 401) ++counters.token_failures;
    co_return std::move(match.error());
  }
  const Route& route = *match->route;
  Request& request = match->request;
  const std::size_t usual = route.request_schema.empty() ? 0 : options.max_body_bytes;
  const std::size_t most = route.max_body != 0 ? route.max_body : usual;
  if (parser.content_length().value_or(0) > most) co_return unreadable(http::error::body_limit);
  parser.body_limit(most);
  error_code ec;
  if (to_lower(parser.get()[http::field::expect]) == "100-continue") {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(go_on), to(ec));
  }
  if (!ec && !parser.is_done()) co_await http::async_read(socket, buffer, parser, to(ec));
  if (ec) co_return unreadable(ec);
  body_unread = false;
  request.content_type = parser.get()[http::field::content_type];
  for (const auto name : route.wanted_headers)
    if (const auto found = parser.get().find(name); found != parser.get().end())
      request.headers.emplace_back(name, found->value());
  request.body = std::move(parser.get().body());
  table.enter(id, Phase::handling, clock.monotonic());
  if (route.events) co_return open_stream(id, route, request, events);
  co_return co_await handle(route, request);
}

Response Server::Impl::open_stream(ConnectionId id, const Route& route, const Request& request,
                                   Events& events) {
  if (streams.size() >= options.max_streams) {
    ++counters.streams_refused;
    auto full = problem(503, ErrorCode::unavailable, "too many streams are open");
    full.headers.emplace_back("Retry-After", "10");
    return full;
  }
  auto opened = route.events(request);
  if (!opened) return std::move(opened.error());
  events.reader = std::move(*opened);
  events.counted_in = &streams;
  events.id = id;
  streams.insert(id);
  return {.content_type = "text/event-stream",
          .body = {},
          .headers = {{"X-Accel-Buffering", "no"}},
          .endless = true};
}

awaitable<void> Server::Impl::stream(ConnectionId id, Socket& socket, EventReader& events) {
  const auto enters = [this, id, &session = open.at(id)](StreamStep step) {
    table.enter(id, step == StreamStep::writes ? Phase::writing : Phase::streaming, clock.monotonic());
    return !session.cut && !stopping;
  };
  co_await send_events(socket, events, {.clock = clock, .heartbeat = options.heartbeat, .enters = enters});
}

// Everything that can be refused on the header alone, before a body is read.
std::expected<Match, Response> Server::Impl::judge(const Parser& parser, bool local_peer) const {
  const auto& header = parser.get();
  const auto host = header.find(http::field::host);
  if (header.version() >= 11 && host == header.end())
    return std::unexpected(problem(400, ErrorCode::parse, "HTTP/1.1 needs a Host header"));
  if (!local_peer && !options.any_host_name && host != header.end() &&
      !host_is_ours(host->value(), options.host_names))
    return std::unexpected(problem(421, ErrorCode::forbidden, "this Host is not ours"));
  auto match = web::match(routes, header.method_string(), header.target());
  if (!match) return match;
  const auto authorization = header.find(http::field::authorization);
  auto caller = identify(rules, authorization == header.end()
                                    ? std::nullopt
                                    : std::optional<std::string_view>(authorization->value()));
  if (!caller && match->route->access != Access::open) return std::unexpected(std::move(caller.error()));
  if (caller) match->request.caller = std::move(*caller);
  if (auto refused = refuse(rules, *match->route, match->request, match->request.caller))
    return std::unexpected(std::move(*refused));
  return match;
}

awaitable<Response> Server::Impl::handle(const Route& route, const Request& request) {
  const auto deadline = clock.monotonic() + options.connections.request;
  std::exception_ptr failure;
  std::optional<Response> response;
  try {
    auto outcome = co_await (route.handler(request) || net::sleep_until(clock, deadline));
    if (auto* done = std::get_if<Response>(&outcome)) response = std::move(*done);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) std::rethrow_exception(failure);
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& e) {
      log.error("handler_failed",
                {{"method", method_name(route.method)}, {"route", route.pattern}, {"reason", e.what()}});
    }
    co_return problem(500, ErrorCode::internal, "an internal error; the log says more");
  }
  if (!response) response = problem(504, ErrorCode::timeout, "no answer within the deadline");
  if (route.access == Access::change)
    log.notice("api_change", {{"method", method_name(route.method)},
                              {"path", printable(request.path, 200)},
                              {"token", request.caller.name},
                              {"status", response->status}});
  co_return std::move(*response);
}

// Closing with unread data resets the connection, and the reset may overtake the answer that explains: the
// client is told that no more comes, and what it still sends is read to the end, a megabyte at most.
// watch_deadlines() limits the time.
awaitable<void> Server::Impl::swallow(Socket& socket) {
  error_code ec;
  socket.shutdown(asio::socket_base::shutdown_send, ec);
  auto scratch = std::make_unique<std::array<char, 4096>>();
  for (std::size_t total = 0; !ec && total < (1u << 20);)
    total += co_await socket.async_read_some(asio::buffer(*scratch), to(ec));
}

void Server::Impl::count(unsigned status, Monotonic began) {
  ++counters.answers.at(std::min(status / 100, 5u));
  const double seconds = std::chrono::duration<double>(clock.monotonic() - began).count();
  const auto bucket = std::ranges::lower_bound(WebCounters::bounds, seconds) - WebCounters::bounds.begin();
  ++counters.duration_counts.at(static_cast<std::size_t>(bucket));
  counters.duration_sum_seconds += seconds;
}

// --- the public face
// -------------------------------------------------------------------------------------------

Server::Server(asio::any_io_executor executor, Clock& clock, Logger log, ServerOptions options,
               std::vector<Route> routes, AccessRules rules, std::function<void(std::string_view)> on_fatal)
    : impl_(std::make_unique<Impl>(std::move(executor), clock, std::move(log), std::move(options),
                                   std::move(routes), std::move(rules), std::move(on_fatal))) {}
Server::~Server() = default;

Status Server::start() {
  if (auto bound = impl_->bind_tcp(); !bound) return bound;
  if (!impl_->options.unix_socket.empty())
    if (auto bound = impl_->bind_local(); !bound) return bound;
  using enum runtime::OnFailure;
  impl_->listeners.spawn("accept tcp", stop_daemon, impl_->accept(*impl_->tcp, false));
  if (impl_->local) impl_->listeners.spawn("accept unix", stop_daemon, impl_->accept(*impl_->local, true));
  impl_->listeners.spawn("deadlines", stop_daemon, impl_->watch_deadlines());
  impl_->log.notice("listening", {{"address", impl_->options.host}, {"port", port()}});
  return {};
}

awaitable<void> Server::stop() {
  auto& self = *impl_;
  self.stopping = true;
  co_await self.listeners.stop();
  error_code ignored;
  if (self.tcp) self.tcp->close(ignored);
  if (self.local) {
    self.local->close(ignored);
    ::unlink(self.options.unix_socket.c_str());
  }
  for (const auto id : self.table.in(Phase::idle)) self.cut(id);
  for (const auto id : self.streams) self.cut(id);
  // Requests at work end their session by themselves now; asked again every few milliseconds, until the grace
  // is over.
  const auto deadline = self.clock.monotonic() + self.options.stop_grace;
  while (self.sessions.size() > 0 && self.clock.monotonic() < deadline)
    co_await net::sleep_for(self.clock, 5ms);
  co_await self.sessions.stop();
}

void Server::set_rules(AccessRules rules) {
  impl_->rules = std::move(rules);
  for (const auto id : impl_->streams) impl_->cut(id);
}

std::uint16_t Server::port() const {
  error_code ec;
  return impl_->tcp ? impl_->tcp->local_endpoint(ec).port() : std::uint16_t{0};
}

const WebCounters& Server::counters() const { return impl_->counters; }
const Connections& Server::connections() const { return impl_->table; }

}  // namespace forestall::web
