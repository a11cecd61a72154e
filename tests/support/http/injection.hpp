// SPDX-License-Identifier: Apache-2.0
// Breaks every call of a scenario in every way, one at a time: what each connector must survive.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/http/scripted_server.hpp"

namespace forestall::test {

// A way to break one answer. `apply` makes the broken answer from the good one, after the server has carried
// the request out (so that a lost answer is a lost answer).
struct Injection {
  std::string name;
  std::function<Reply(Reply good)> apply;
};

// Of the transport and the gateway: hang, reset, close, lost answer, cut body, wrong lengths, endless and
// huge body, bomb, 400, 401, 403, 404, 429 with and without Retry-After, 500, 503 with HTML, redirect, empty,
// HTML as 200, invalid JSON.
std::vector<Injection> transport_injections();

// Of the JSON text itself: for every field somewhere in it one answer without it, with null, with another
// type, with a huge text, and one with unknown fields everywhere. At most one of each for fields of the same
// name.
std::vector<Injection> json_injections(std::string_view good_body);

// One run of a scenario with one call broken.
struct Broken {
  std::string injection;
  std::size_t call = 0;  // which request of the run, from 0
  std::string to_string() const;
};

// Runs `scenario` against `server`, whose handler must be `good`: once unbroken, to learn the calls it makes
// and their answers; then once for every call and every injection. The scenario starts anew each time,
// asserts for itself, and must end. Returns how many broken runs were made.
std::size_t inject_everywhere(ScriptedServer& server, const ScriptedServer::Handler& good,
                              const std::function<void(const Broken*)>& scenario);

}  // namespace forestall::test
