// SPDX-License-Identifier: Apache-2.0
// Any bytes as an answer, whole and cut in two: the same result, within the limits.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "connectors/http/wire.hpp"

namespace {
using namespace forestall;
constexpr http::ResponseLimits limits{.header_bytes = 4096, .body_bytes = 65536};

// What came of it: a status and a body, or an error. (Which error a text that is wrong twice gives depends on
// what was seen first.)
std::string read(std::string_view bytes, std::size_t cut) {
  http::ResponseReader reader(http::Method::get, limits);
  for (const auto piece : {bytes.substr(0, cut), bytes.substr(cut)})
    if (auto fed = reader.feed(piece); !fed) return "error";
  if (auto ended = reader.end_of_stream(); !ended) return "error";
  if (!reader.done()) std::abort();
  const auto response = reader.take();
  if (response.body.size() > limits.body_bytes || response.headers.size() > 256) std::abort();
  return std::to_string(response.status) + response.body;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read(bytes, size);
  if (size > 1 && read(bytes, data[0] % size) != whole) std::abort();
  return 0;
}
