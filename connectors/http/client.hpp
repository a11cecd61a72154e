// SPDX-License-Identifier: Apache-2.0
// The port through which everything speaks HTTP. The real client is made by make_http_client()
// (asio_client.hpp); tests bring their own.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "config/base/error.hpp"
#include "connectors/http/message.hpp"

namespace forestall::http {

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Sends the request and reads the whole answer, whatever its status; redirects are not followed. Errors:
  //   invalid_argument  the request cannot be written (a line end in a header, a path without '/')
  //   timeout           too late, and either nothing was sent or the request is idempotent: may be repeated
  //   unavailable       no connection, TLS refused, or an idempotent request's answer was lost or cut short
  //   outcome_unknown   the request is not idempotent and may have been carried out: never resend blindly
  //   too_large, parse  the answer breaks a limit, or HTTP (idempotent requests; others: outcome_unknown)
  //   cancelled         the client is being shut down and nothing was sent
  // Cancelled by its caller (a lost `||`) it closes its connection and ends as any Asio operation does, by
  // system_error(operation_aborted). Call it on the loop's thread.
  virtual boost::asio::awaitable<Result<Response>> send(Request request) = 0;
};

}  // namespace forestall::http
