// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/decoded.hpp"

#include <utility>

namespace forestall::amazon {

void Decoded::add(model::Observation observation, std::string_view place) {
  if (auto ok = model::check(observation); !ok)
    set_aside.push_back(fail_in(place, Error{ErrorCode::parse, false, ok.error().detail}).error());
  else
    observations.push_back(std::move(observation));
}

}  // namespace forestall::amazon
