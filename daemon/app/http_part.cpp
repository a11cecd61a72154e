// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/http_part.hpp"

#include <memory>
#include <stdexcept>

#include "connectors/http/asio_client.hpp"
#include "connectors/ports/context.hpp"
#include "daemon/timing/counted_http.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;

http::ClientSettings client_settings(const Context& context) {
  const auto& daemon = context.settings.daemon;
  http::ClientSettings settings;
  settings.user_agent = "Forestall/" + context.version;
  if (daemon.ca_file) settings.ca_file = daemon.ca_file->string();
  if (daemon.proxy) {
    auto url = ports::base_url(*daemon.proxy);
    if (!url) throw std::runtime_error("[daemon] proxy: " + url.error().detail);
    settings.proxy = http::ProxySettings{.url = std::move(*url)};
  }
  return settings;
}

std::unique_ptr<http::AsioHttpClient> make_client(Context& context) {
  auto client =
      http::make_http_client(context.executor, context.machine_clock, context.log, client_settings(context));
  if (!client) throw std::runtime_error("[daemon]: " + client.error().detail);
  return std::move(*client);
}

struct HttpKeeper {
  explicit HttpKeeper(Context& context) : client(make_client(context)), counted(*client, context.activity) {}

  static awaitable<Status> start() { co_return Status{}; }
  // Whoever calls has stopped before: nothing is under way any more.
  awaitable<void> stop() {
    client->close();
    co_return;
  }

  std::unique_ptr<http::AsioHttpClient> client;
  timing::CountedHttp counted;
};

}  // namespace

HttpPart make_http(Context& context) {
  const auto self = std::make_shared<HttpKeeper>(context);
  return {.part = {.name = "http",
                   .start = [] { return HttpKeeper::start(); },
                   .stop = [self] { return self->stop(); }},
          .client = self->counted};
}

}  // namespace forestall::app
