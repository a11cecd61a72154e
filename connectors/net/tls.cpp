// SPDX-License-Identifier: Apache-2.0
#include "connectors/net/tls.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

namespace forestall::net {
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

Result<ssl::context> make_tls_client_context(const TlsOptions& options) {
  ssl::context context(ssl::context::tls_client);
  const auto refused = [](std::string_view what, std::string_view file, const error_code& ec) {
    return fail(ErrorCode::invalid_argument, fmt::format("{} {}: {}", what, file, ec.message()));
  };
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  error_code ec;
  context.set_verify_mode(ssl::verify_peer, ec);
  if (options.ca_file.empty())
    context.set_default_verify_paths(ec);
  else
    context.load_verify_file(options.ca_file, ec);
  if (ec) return refused("certificate authorities", options.ca_file, ec);
  if (!options.certificate_file.empty()) {
    context.use_certificate_chain_file(options.certificate_file, ec);
    if (ec) return refused("client certificate", options.certificate_file, ec);
    context.use_private_key_file(options.key_file, ssl::context::pem, ec);
    if (ec) return refused("client key", options.key_file, ec);
  }
  return context;
}

}  // namespace forestall::net
