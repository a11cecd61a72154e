// SPDX-License-Identifier: Apache-2.0
// Any text as a base URL: refused, or written and read back as the same. Any text as a segment: encoded to
// unreserved bytes only.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "connectors/http/url.hpp"
#include "connectors/http/wire.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto url = parse_base_url(text, PlainHttp::anywhere)) {
    const auto again = parse_base_url(to_string(*url), PlainHttp::anywhere);
    if (!again || *again != *url) std::abort();
    Request request;
    request.base = *url;
    request.path = make_path({text});
    request.query.add(text, text);
    const auto bytes = serialize_request(request, {});
    // Whatever the text holds, it is one request with one end.
    if (bytes && bytes->find("\r\n\r\n") != bytes->size() - 4) std::abort();
  }
  const auto encoded = percent_encode(text);
  if (encoded.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%") !=
      std::string::npos)
    std::abort();
  return 0;
}
