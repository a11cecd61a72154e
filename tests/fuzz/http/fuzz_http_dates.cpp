// SPDX-License-Identifier: Apache-2.0
// Any text as a Date, a Retry-After or a rate-limit header: ignored, or within its bounds.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "connectors/http/clock_skew.hpp"
#include "connectors/http/http_date.hpp"
#include "connectors/http/token_bucket.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall;
  using namespace std::chrono_literals;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ManualClock clock;
  const auto date = http::parse_http_date(text, clock.now());
  if (date && http::parse_http_date(http::http_date(*date), clock.now()) != date) std::abort();
  const auto wait = http::parse_retry_after(text, clock.now(), 1h);
  if (wait && (*wait < 0s || *wait > 1h)) std::abort();
  http::TokenBucket bucket(Rate{.per_second = 5, .burst = 3});
  bucket.reserve(clock.monotonic());
  bucket.observe_limit(text, clock.monotonic());
  const double rate = bucket.rate().per_second;
  if (!(rate >= 0.05 && rate <= 500)) std::abort();
  if (bucket.next_free(clock.monotonic()) < clock.monotonic()) std::abort();
  http::ClockSkew skew;
  skew.observe(text, clock.now(), clock.now() + 1s, clock.monotonic());
  (void)skew.verdict();
  return 0;
}
