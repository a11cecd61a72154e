// SPDX-License-Identifier: Apache-2.0
// Any request to the sandbox, as Amazon, as a carrier and as control: an answer, never a crash. Input:
// method, space, target, line end, body. The world is small and moves on a minute a request.
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "tests/sandbox/control.hpp"

namespace {

using namespace forestall;
using namespace forestall::sandbox;

struct World {
  Options options{.skus = 12, .fba = 3, .lock_step = true};
  Market market{make_setting(options, Instant{}).value(), options};
  VirtualClock clock{market.now(), 1, true};
  FaultScript faults;
  Amazon amazon{market, faults};
  EasyPost parcels{market, faults};
  Control control{market, amazon, parcels, faults, clock, [] { return std::size_t{0}; }};
  std::string token;

  World() {
    const Account& account = market.accounts()[0];
    Request login{.method = "POST", .path = {"auth", "o2", "token"}};
    login.body = "grant_type=refresh_token&client_id=" + account.client + "&client_secret=" + account.secret +
                 "&refresh_token=" + account.refresh_token;
    token = boost::json::parse(amazon.answer(login).body).at("access_token").as_string();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), size);
  const std::size_t space = std::min(text.find(' '), line);
  World world;
  Request request{
      .method = std::string(text.substr(0, space)), .access_token = world.token, .user_agent = "fuzz"};
  parse_target(space < line ? text.substr(space + 1, line - space - 1) : "", request);
  if (line < size) request.body = std::string(text.substr(line + 1));
  for (int i = 0; i < 2; ++i) {
    world.market.advance_to(world.clock.now());
    const Answer answer = EasyPost::owns(request) ? world.parcels.answer(request)
                          : Amazon::owns(request) ? world.amazon.answer(request)
                                                  : world.control.answer(request);
    if (answer.status < 200 || answer.status > 599) std::abort();
    if (world.market.now() > world.clock.now()) world.clock.set(world.market.now());
  }
  return 0;
}
