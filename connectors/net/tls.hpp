// SPDX-License-Identifier: Apache-2.0
// One way to make a TLS client context: the peer is always verified.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

#include "config/base/error.hpp"

namespace forestall::net {

struct TlsOptions {
  std::string ca_file;           // PEM; empty: the system's authorities
  std::string certificate_file;  // PEM chain of a client certificate; empty: none
  std::string key_file;          // its private key
};

// TLS 1.2 or newer, peer verified. The caller sets SNI and the host name to verify on each stream.
Result<boost::asio::ssl::context> make_tls_client_context(const TlsOptions& options);

}  // namespace forestall::net
