// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/clock_skew.hpp"

#include <algorithm>

#include "connectors/http/http_date.hpp"

namespace forestall::http {

std::string_view verdict_name(SkewVerdict verdict) {
  static constexpr std::array<std::string_view, 3> names = {"unknown", "agreed", "too_large"};
  return names[static_cast<std::size_t>(verdict)];
}

void ClockSkew::observe(std::string_view date_header, Instant sent, Instant received, Monotonic now) {
  const auto date = parse_http_date(date_header, received);
  if (!date || received < sent) return;
  const Millis distance = received.time_since_epoch() - std::chrono::floor<Millis>(now.time_since_epoch());
  if (count_ > 0 && std::chrono::abs(distance - wall_minus_monotonic_) > std::chrono::seconds(1)) count_ = 0;
  wall_minus_monotonic_ = distance;
  samples_[count_ % kept] = Bounds{*date - received, *date + std::chrono::seconds(1) - sent};
  ++count_;
}

std::optional<ClockSkew::Bounds> ClockSkew::bounds() const {
  const std::size_t n = std::min(count_, kept);
  if (n == 0) return std::nullopt;
  std::array<Millis, kept> least{};
  std::array<Millis, kept> most{};
  for (std::size_t i = 0; i < n; ++i) {
    least[i] = samples_[i].least;
    most[i] = samples_[i].most;
  }
  const auto middle = static_cast<std::ptrdiff_t>(n / 2);
  std::ranges::nth_element(least.begin(), least.begin() + middle,
                           least.begin() + static_cast<std::ptrdiff_t>(n));
  std::ranges::nth_element(most.begin(), most.begin() + middle,
                           most.begin() + static_cast<std::ptrdiff_t>(n));
  return Bounds{least[n / 2], most[n / 2]};
}

SkewVerdict ClockSkew::verdict() const {
  const auto now = bounds();
  if (!now) return SkewVerdict::unknown;
  return now->least > limit_ || now->most < -limit_ ? SkewVerdict::too_large : SkewVerdict::agreed;
}

}  // namespace forestall::http
