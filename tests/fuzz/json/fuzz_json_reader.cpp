// SPDX-License-Identifier: Apache-2.0
// Any bytes: refused, or read in every way without a crash, and every failure names a place.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "connectors/json/document.hpp"

namespace {
using namespace forestall;

void read_everything(json::Document& document, const json::Node& node, int depth) {
  const auto check = [&] {
    if (const auto error = document.take_error(); error && error->detail.find(": ") == std::string::npos)
      std::abort();
  };
  (void)node.text(), check();
  (void)node.maybe_text(), check();
  (void)node.integer(-5, 5), check();
  (void)node.number(-1e9, 1e9), check();
  (void)node.boolean(), check();
  (void)node.units(), check();
  (void)node.instant(), check();
  (void)node.civil_date(), check();
  (void)node.money(Currency::literal("EUR")), check();
  (void)node.id<SkuId>(), check();
  if (depth == 0) return;
  for (const char* name : {"orders", "orderId", "a", "payload"}) {
    const auto member = node[name];
    check();
    if (member.present()) read_everything(document, member, depth - 1);
  }
  int seen = 0;
  for (const auto element : node.maybe_array()) {
    if (++seen > 4) break;
    read_everything(document, element, depth - 1);
  }
  check();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  json::Limits limits;
  limits.bytes = 1 << 16;
  limits.depth = 8;
  limits.string_bytes = 64;
  limits.array_length = 16;
  auto document = json::Document::parse(std::string_view(reinterpret_cast<const char*>(data), size), limits);
  if (document) read_everything(*document, document->root(), 6);
  return 0;
}
