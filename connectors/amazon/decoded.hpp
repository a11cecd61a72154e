// SPDX-License-Identifier: Apache-2.0
// What a decoder brings back from one answer: observations, entities set aside, and the way on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/time.hpp"
#include "connectors/model/observation.hpp"

namespace forestall::amazon {

struct Decoded {
  std::vector<model::Observation> observations{};
  std::vector<Error> set_aside{};
  std::string next_token{};  // empty: the last page
  // The ends of a search for orders, as Amazon applied them.
  std::optional<Instant> created_until{}, updated_until{};
  std::uint64_t in_all = 0;  // results of the whole search, where the answer says so

  // Keeps the observation where model::check has no objection, else sets it aside under `place`.
  void add(model::Observation observation, std::string_view place);
};

}  // namespace forestall::amazon
