// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/token_bucket.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "config/base/text.hpp"

namespace forestall::http {

TokenBucket::TokenBucket(Rate documented) : documented_(documented), rate_(documented) {
  if (!(documented.per_second > 0) || !(documented.burst >= 1))
    throw std::logic_error("a rate must be positive and its burst at least 1");
  set_rate(documented.per_second);
}

void TokenBucket::set_rate(double per_second) {
  rate_.per_second = per_second;
  interval_ = Span(static_cast<Span::rep>(std::ceil(1e9 / per_second)));
  tolerance_ = Span(static_cast<Span::rep>((rate_.burst - 1) * static_cast<double>(interval_.count())));
}

Monotonic TokenBucket::next_free(Monotonic now) const {
  return std::max(now, std::max(arrival_, now) - tolerance_);
}

std::optional<TokenBucket::Reservation> TokenBucket::reserve(Monotonic now, Monotonic latest) {
  const Monotonic when = next_free(now);
  if (when > latest) return std::nullopt;
  arrival_ = std::max(arrival_, now) + interval_;
  return Reservation{when, epoch_, ++reserved_};
}

void TokenBucket::give_back(const Reservation& reservation) {
  if (!holds(reservation) || reservation.number != reserved_) return;
  arrival_ -= interval_;
  --reserved_;
}

void TokenBucket::empty(Monotonic now, Millis wait) {
  ++epoch_;
  arrival_ = now + std::max<Span>(interval_, wait) + tolerance_;
}

bool TokenBucket::observe_limit(std::string_view header, Monotonic now) {
  header = trim(header);
  double limit = 0;
  const auto* end = header.data() + header.size();
  const auto [stop, error] = std::from_chars(header.data(), end, limit);
  if (error != std::errc{} || stop != end || !std::isfinite(limit) || limit <= 0) return false;
  limit = std::clamp(limit, documented_.per_second / 100, documented_.per_second * 100);
  if (limit == rate_.per_second) return true;
  // What is owed is owed in calls: the same number of calls ahead, at the new pace.
  const double owed =
      arrival_ > now ? static_cast<double>((arrival_ - now).count()) / static_cast<double>(interval_.count())
                     : 0.0;
  set_rate(limit);
  if (owed > 0)
    arrival_ = now + Span(static_cast<Span::rep>(std::ceil(owed * static_cast<double>(interval_.count()))));
  return true;
}

double TokenBucket::available(Monotonic now) const {
  const auto ahead = std::max(arrival_, now) - now;
  const auto room = tolerance_ + interval_ - ahead;
  return std::clamp(static_cast<double>(room.count()) / static_cast<double>(interval_.count()), 0.0,
                    rate_.burst);
}

}  // namespace forestall::http
