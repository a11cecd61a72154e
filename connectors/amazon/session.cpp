// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/session.hpp"

#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "connectors/amazon/api_error.hpp"
#include "connectors/amazon/marketplaces.hpp"

namespace forestall::amazon {
namespace asio = boost::asio;

namespace {

constexpr std::string_view token_path = "/auth/o2/token";
// Name/version and, in brackets, the language, as Amazon wants it (at most 500 characters).
constexpr std::string_view user_agent = "Forestall/0.1 (Language=C++23; Platform=Linux)";
// A report of a large catalogue, compressed.
constexpr std::size_t most_of_a_download = std::size_t{256} << 20;

http::OAuthSettings login_settings(const config::AccountSettings& settings, http::BaseUrl base,
                                   std::string path) {
  return {.base = std::move(base),
          .path = std::move(path),
          .form = {{"grant_type", Secret("refresh_token")},
                   {"refresh_token", settings.refresh_token.value},
                   {"client_id", Secret(settings.client_id.value_or(""))},
                   {"client_secret", settings.client_secret.value}},
          .headers = {},
          .name = settings.credential.value_or(settings.id.str())};
}

http::CallerSettings caller_settings(const config::AccountSettings& settings) {
  http::CallerSettings made;
  made.name = settings.credential.value_or(settings.id.str());
  made.token_header = "x-amz-access-token";
  made.token_prefix = "";
  made.limit_header = "x-amzn-RateLimit-Limit";
  made.request_id_headers = {"x-amzn-RequestId"};
  made.explain = explain;
  return made;
}

http::CallerSettings link_settings(const config::AccountSettings& settings) {
  http::CallerSettings made;
  made.name = settings.credential.value_or(settings.id.str());
  return made;
}

}  // namespace

Result<std::shared_ptr<Session>> Session::of(const config::AccountSettings& settings,
                                             const ports::Context& context) {
  const auto name = settings.credential.value_or(settings.id.str());
  return context.sessions.find_or_make<Session>("amazon/" + name, [&]() -> Result<std::shared_ptr<Session>> {
    auto table = operations(settings.rates);
    if (!table) return fail(ErrorCode::invalid_argument, table.error().detail);
    http::BaseUrl login = login_with_amazon();
    std::string path(token_path);
    if (settings.token_url) {
      auto base = ports::base_url(*settings.token_url);
      if (!base) return fail_in("token_url", base.error());
      login = std::move(*base);
      // The whole address, or that of the server alone.
      if (login.path.ends_with(token_path)) login.path.resize(login.path.size() - token_path.size());
    }
    return std::make_shared<Session>(settings, context, std::move(login), std::move(path), std::move(*table));
  });
}

Session::Session(const config::AccountSettings& settings, const ports::Context& context, http::BaseUrl login,
                 std::string login_path, Operations operations)
    : operations_(std::move(operations)),
      tokens_(context.http, context.clock, context.log,
              login_settings(settings, std::move(login), std::move(login_path))),
      caller_(context.http, context.clock, context.random, context.log, &tokens_, caller_settings(settings)),
      links_(context.http, context.clock, context.random, context.log, nullptr, link_settings(settings)) {}

asio::awaitable<Result<http::Response>> Session::call(Op op, std::string marketplace, http::BaseUrl base,
                                                      http::Request request,
                                                      std::chrono::nanoseconds timeout) {
  request.base = std::move(base);
  request.headers.push_back({"User-Agent", std::string(user_agent)});
  request.headers.push_back({"Accept", "application/json"});
  co_return co_await caller_.call(operation(op), std::move(marketplace), std::move(request), timeout);
}

asio::awaitable<Result<http::Response>> Session::download(std::string marketplace, std::string link,
                                                          std::chrono::nanoseconds timeout) {
  auto request = request_of_link(link);
  if (!request) co_return std::unexpected(request.error());
  request->options.max_body_bytes = most_of_a_download;
  request->headers.push_back({"User-Agent", std::string(user_agent)});
  co_return co_await links_.call(operation(Op::download_report), std::move(marketplace), std::move(*request),
                                 timeout);
}

Result<http::Request> request_of_link(std::string_view link) {
  const auto unusable = [] { return fail(ErrorCode::parse, "the link to the report is no URL"); };
  const auto url = boost::urls::parse_uri(boost::core::string_view(link.data(), link.size()));
  if (!url || url->has_userinfo() || url->has_fragment()) return unusable();
  // The host and port through the reader that the configuration uses, with its rules.
  const std::string server =
      fmt::format("{}://{}", std::string(url->scheme()), std::string(url->encoded_host_and_port()));
  auto base = http::parse_base_url(server);
  if (!base) return fail(ErrorCode::invalid_argument, "the link to the report leads nowhere safe");
  http::Request request;
  request.base = std::move(*base);
  request.path = std::string(url->encoded_path());
  if (request.path.empty()) request.path = "/";
  for (const auto parameter : url->params()) {
    request.query.add(std::string(parameter.key), std::string(parameter.value));
    request.options.secret_parameters.emplace_back(parameter.key);
  }
  return request;
}

}  // namespace forestall::amazon
