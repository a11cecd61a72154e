// SPDX-License-Identifier: Apache-2.0
// Where an observation comes from: who said it, which of that source's own versions it is, when it was true.
#pragma once

#include <compare>
#include <cstdint>

#include "config/base/ids.hpp"
#include "config/base/time.hpp"

namespace forestall::model {

// A source's own version of one entity: larger is newer. A change counter, or a "last updated" instant in
// milliseconds or microseconds. At most 2^53 - 1, so that it survives every counter store as a double.
class Version {
 public:
  static constexpr std::uint64_t max = (std::uint64_t{1} << 53) - 1;

  constexpr Version() = default;
  constexpr explicit Version(std::uint64_t number) : number_(number) {}
  // The instant as milliseconds; instants before 1970 become 0.
  static constexpr Version of(Instant instant) {
    const auto millis = instant.time_since_epoch().count();
    return Version(millis > 0 ? static_cast<std::uint64_t>(millis) : 0);
  }
  constexpr std::uint64_t number() const { return number_; }
  friend constexpr auto operator<=>(Version, Version) = default;

 private:
  std::uint64_t number_ = 0;
};

struct Provenance {
  SourceId source;  // a stock source, an account's feed, a carrier
  Version version;
  Instant true_at;  // when it was so at the source; never the time it was fetched if the source says better
  friend bool operator==(const Provenance&, const Provenance&) = default;
};

}  // namespace forestall::model
