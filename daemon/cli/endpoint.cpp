// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/endpoint.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fstream>

#include "config/base/text.hpp"
#include "config/settings/load.hpp"

namespace forestall::cli {
namespace {

constexpr std::size_t max_token_bytes = 4096;

Result<Secret> read_token(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(max_token_bytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (!file.eof() || text.empty() || text.size() > max_token_bytes)
    return fail(ErrorCode::io, fmt::format("{}: cannot read a token from it", path));
  return Secret(std::string(trim(text)));
}

// RFC 9457: what a refusal says about itself.
std::string detail_of(const ApiAnswer& answer) {
  boost::json::error_code ec;
  const auto body = boost::json::parse(answer.body, ec);
  if (!ec && body.is_object())
    if (const auto* detail = body.as_object().if_contains("detail"); detail != nullptr && detail->is_string())
      return printable(std::string_view(detail->as_string()), 500);
  return fmt::format("status {}", answer.status);
}

}  // namespace

Result<ApiClient> connect(const GlobalOptions& options) {
  const auto settings = config::load(options.config, {.read_secrets = false});
  ApiAddress address;
  if (!options.api.empty()) {
    auto parsed = parse_api_address(options.api);
    if (!parsed) return fail_in("--api", std::move(parsed.error()));
    address = std::move(*parsed);
  } else if (settings) {
    const auto socket = (settings->daemon.state_dir / "forestalld.sock").string();
    address.port = settings->api.listen.port;
    if (config::is_loopback(settings->api.listen.host) && settings->api.listen.host != "localhost")
      address.host = settings->api.listen.host;
    if (access(socket.c_str(), W_OK) == 0) address.unix_socket = socket;
  }
  Secret token;
  if (!options.token_file.empty()) {
    auto read = read_token(options.token_file);
    if (!read) return fail_in("--token-file", std::move(read.error()));
    token = std::move(*read);
  } else if (settings && settings->api.token.from == config::Credential::From::file) {
    // Whoever may not read it can still look.
    if (auto read = read_token(settings->api.token.name)) token = std::move(*read);
  }
  return ApiClient(std::move(address), std::move(token));
}

namespace {

std::expected<Fetched, Exit> ask(Invocation& invocation, std::string_view method, std::string_view target,
                                 unsigned also, std::chrono::milliseconds within, std::string_view csv = {}) {
  const auto client = connect(invocation.global);
  if (!client) {
    invocation.err += fmt::format("forestall: {}\n", client.error().detail);
    return std::unexpected(Exit::usage);
  }
  auto answer = client->call(method, target, csv, within, "text/csv");
  if (!answer) {
    invocation.err += fmt::format("forestall: {}\n", answer.error().detail);
    return std::unexpected(exit_for(answer.error()));
  }
  if (answer->status != 200 && answer->status != also) {
    invocation.err +=
        fmt::format("forestall: {} refused: {}\n", target.substr(0, target.find('?')), detail_of(*answer));
    return std::unexpected(answer->status < 500 ? Exit::refused : Exit::failed);
  }
  return Fetched{answer->status, std::move(answer->body)};
}

}  // namespace

std::expected<Fetched, Exit> get(Invocation& invocation, std::string_view target, unsigned also) {
  return ask(invocation, "GET", target, also, std::chrono::seconds(30));
}

std::expected<Fetched, Exit> post(Invocation& invocation, std::string_view target, unsigned also,
                                  std::string_view csv) {
  return ask(invocation, "POST", target, also, std::chrono::minutes(10), csv);
}

Exit exit_for(const Error& error) {
  switch (error.code) {
    case ErrorCode::unavailable:
    case ErrorCode::timeout:
    case ErrorCode::parse:
      return Exit::unreachable;
    case ErrorCode::invalid_argument:
      return Exit::usage;
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
    case ErrorCode::conflict:
    case ErrorCode::not_found:
      return Exit::refused;
    default:
      return Exit::failed;
  }
}

}  // namespace forestall::cli
