// SPDX-License-Identifier: Apache-2.0
#include "daemon/backtest/study/runs.hpp"

#include <ctime>

#include "daemon/backtest/study/known_law.hpp"
#include "daemon/backtest/world/fixed_buffer.hpp"
#include "daemon/backtest/world/run.hpp"

namespace forestall::backtest {

namespace {

// Of this thread: the wall clock of a busy machine says nothing.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

RunScore score_of(const world::World& world, double seconds) {
  const auto& catalogue = world.catalogue();
  const auto& demand = world.demand();
  const auto lines = world.lines();
  RunScore score;
  score.seconds = seconds;
  score.skus.resize(catalogue.skus);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].offered) continue;
    auto& sku = score.skus[catalogue.components[catalogue.first[demand.listing[i]]].sku];
    sku.offered += demand.units[i];
    sku.filled += lines[i].filled;
    sku.oversold += lines[i].oversold;
    ++score.offered_lines;
  }
  const auto truth = world.truth();
  score.writes = truth.writes;
  score.digest = truth.digest;
  return score;
}

template <class Make>
RunScore play(const world::Scenario& scenario, const OrderHistory& history, Make make,
              const std::atomic<bool>* stop = nullptr) {
  const double began = processor_seconds();
  world::World world(scenario, history.catalogue, history.demand);
  auto policy = make(world);
  world::run(world, policy, stop);
  return score_of(world, processor_seconds() - began);
}

}  // namespace

world::Scenario scenario(const StudySettings& settings, const OrderHistory& history, std::uint64_t seed,
                         double loss_rate, Period period) {
  world::Scenario scenario;
  scenario.seed = seed;
  scenario.stock = settings.stock;
  scenario.stock.loss_rate = loss_rate;
  scenario.channels.assign(history.catalogue.channels,
                           {.visible_after = settings.visible_after, .live_after = settings.live_after});
  const Instant first = history.demand.time.empty() ? Instant{} : history.demand.time.front();
  const Instant last = history.demand.time.empty() ? Instant{} : history.demand.time.back();
  const Instant end = settings.end == Instant{} ? last + Millis{1} : std::min(settings.end, last + Millis{1});
  if (period == Period::test) {
    scenario.start = settings.train_until;
    scenario.end = end;
  } else {
    // The trailing days behind the order points, or a quarter where there is less, are history only.
    const Millis all = settings.train_until - first;
    const Millis warm_up = std::min<Millis>(std::chrono::days{settings.stock.trailing_days}, all / 4);
    scenario.start = first + warm_up;
    scenario.end = settings.train_until;
  }
  return scenario;
}

RunScore run_shared(const world::Scenario& given, const OrderHistory& history, world::Acceptance acceptance) {
  auto scenario = given;
  scenario.acceptance = acceptance;
  return play(scenario, history, [](const world::World&) { return world::Nobody{}; });
}

RunScore run_known_law(const world::Scenario& given, const OrderHistory& history, double cancel_cost) {
  auto scenario = given;
  scenario.acceptance = world::Acceptance::shared_book;
  for (auto& channel : scenario.channels) channel.visible_after = channel.live_after = Millis{0};
  const double began = processor_seconds();
  world::World world(scenario, history.catalogue, history.demand);
  play_known_law(world, cancel_cost);
  return score_of(world, processor_seconds() - began);
}

RunScore run_buffers(const world::Scenario& scenario, const OrderHistory& history,
                     std::vector<std::int32_t> buffers, const std::vector<Millis>& poll_every,
                     const std::atomic<bool>* stop) {
  const auto make = [&](const world::World& world) {
    world::BufferRules rules{.buffer = buffers.empty() ? 0 : buffers[0], .poll_every = poll_every};
    if (buffers.size() > 1) rules.per_sku = std::move(buffers);
    return world::FixedBuffer(world, std::move(rules));
  };
  return play(scenario, history, make, stop);
}

RunScore run_split(const world::Scenario& scenario, const OrderHistory& history, std::vector<double> shares,
                   const std::vector<Millis>& poll_every, const std::atomic<bool>* stop) {
  const auto make = [&](const world::World& world) {
    return world::FixedBuffer(world, {.poll_every = poll_every, .shares = std::move(shares)});
  };
  return play(scenario, history, make, stop);
}

DemandBook learn_demand(const world::Scenario& scenario, const OrderHistory& history) {
  return DemandBook(world::World(scenario, history.catalogue, history.demand));
}

GuardRun run_guard(const world::Scenario& scenario, const OrderHistory& history, GuardSettings settings,
                   const DemandBook& demand, const std::atomic<bool>* stop) {
  const double began = processor_seconds();
  world::World world(scenario, history.catalogue, history.demand);
  GuardPolicy policy(world, std::move(settings), demand);
  world::run(world, policy, stop);
  GuardRun run{{}, policy.losses(), policy.counts()};
  run.score = score_of(world, processor_seconds() - began);
  return run;
}

}  // namespace forestall::backtest
