// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/web_part.hpp"

#include <memory>

#include "config/base/text.hpp"
#include "daemon/app/routes.hpp"
#include "daemon/metrics/families.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;

class WebPart {
 public:
  explicit WebPart(Context& context) : context_(context) {}

  // Made here and not before: by now every part has added its routes.
  awaitable<Status> start() {
    server_ = std::make_unique<web::Server>(context_.executor, context_.machine_clock, context_.log,
                                            server_options(context_.settings), context_.routes,
                                            access_rules(context_.settings), context_.fatal);
    co_return server_->start();
  }
  awaitable<void> stop() {
    if (server_) co_await server_->stop();
  }
  void reload(const config::Settings& next) {
    if (server_) server_->set_rules(access_rules(next));
  }
  void collect(metrics::Page& page) const {
    if (server_) metrics::collect_web(page, server_->counters(), server_->connections());
  }

 private:
  Context& context_;
  std::unique_ptr<web::Server> server_;
};

}  // namespace

web::ServerOptions server_options(const config::Settings& settings) {
  const auto& api = settings.api;
  web::ServerOptions options;
  options.host = api.listen.host;
  options.port = api.listen.port;
  options.unix_socket = api_socket(settings);
  options.max_header_bytes = api.max_header.bytes;
  options.max_body_bytes = api.max_body.bytes;
  options.connections = {
      .most = api.max_connections, .idle = api.idle_timeout, .request = api.request_deadline};
  options.any_host_name = !web::is_loopback(api.listen.host);
  if (api.public_url) options.host_names.push_back(to_lower(api.public_url->host));
  return options;
}

web::AccessRules access_rules(const config::Settings& settings) {
  web::AccessRules rules;
  rules.read_needs_token = !web::is_loopback(settings.api.listen.host);
  if (settings.api.token.given()) rules.tokens.push_back({"api", settings.api.token.value, std::nullopt});
  for (const auto& seller : settings.sellers)
    if (seller.token.given())
      rules.tokens.push_back({"seller " + seller.id.str(), seller.token.value, seller.id});
  return rules;
}

std::string api_socket(const config::Settings& settings) {
  return (settings.daemon.state_dir / "forestalld.sock").string();
}

Part make_web(Context& context) {
  add_own_routes(context);
  const auto self = std::make_shared<WebPart>(context);
  context.metrics.add([self](metrics::Page& page) { self->collect(page); });
  return {.name = "web",
          .start = [self] { return self->start(); },
          .stop = [self] { return self->stop(); },
          .reload = [self](const config::Settings& next) { self->reload(next); }};
}

}  // namespace forestall::app
