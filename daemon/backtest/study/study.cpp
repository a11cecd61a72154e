// SPDX-License-Identifier: Apache-2.0
// Jobs: one (seed, losses) after the other; in each the worlds of all scales. Sums are made in a fixed order
// afterwards, so that threads cannot change a digit.
#include "daemon/backtest/study/study.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

namespace forestall::backtest {

namespace {

struct ScaleRuns {
  std::vector<RunScore> buffers, own_buffers, guards;  // own_buffers by cost; guards by cost, then writes
  RunScore split;
};
struct JobRuns {
  std::uint64_t skus = 0, lines = 0;
  double days = 0;
  RunScore reference, known_losses;
  std::vector<RunScore> known_law;  // by cost
  std::vector<ScaleRuns> scales;    // as many as were played to the end
};

std::vector<Millis> polls(const StudySettings& settings, int scale) {
  std::vector<Millis> every = settings.poll_every;
  for (Millis& length : every) length *= scale;
  return every;
}

std::vector<double> shares_of(const OrderHistory& history, Instant until) {
  std::vector<double> shares(history.catalogue.channels, 1);
  double all = static_cast<double>(shares.size());
  for (std::size_t i = 0; i < history.demand.size() && history.demand.time[i] < until; ++i) {
    shares[history.catalogue.channel[history.demand.listing[i]]] += history.demand.units[i];
    all += history.demand.units[i];
  }
  for (double& share : shares) share /= all;
  return shares;
}

class Job {
 public:
  Job(const StudySettings& settings, const StudyHooks& hooks, const std::function<void()>& played)
      : settings_(settings), hooks_(hooks), played_(played) {}

  // nullopt: stopped before anything could be compared.
  std::optional<JobRuns> run(std::uint64_t seed, double loss_rate) {
    const OrderHistory history = hooks_.history(seed);
    const auto test = scenario(settings_, history, seed, loss_rate, Period::test);
    const auto train = scenario(settings_, history, seed, loss_rate, Period::train);
    if (stopped()) return std::nullopt;
    JobRuns runs;
    runs.skus = history.catalogue.skus;
    runs.lines = history.demand.size();
    runs.days = std::chrono::duration<double, std::ratio<86400>>(test.end - test.start).count();
    runs.reference = run_shared(test, history, world::Acceptance::shared_book);
    runs.known_losses = run_shared(test, history, world::Acceptance::shared_physical);
    for (const double k : settings_.cancel_costs) runs.known_law.push_back(run_known_law(test, history, k));
    const auto before = run_shared(train, history, world::Acceptance::shared_book);
    // The guard's law of losses is what it learned in the first part, polled as at scale 1.
    const auto learned = run_guard(
        train, history,
        guard_settings(settings_, settings_.cancel_costs[0], polls(settings_, 1), settings_.writes[0]),
        learn_demand(train, history), hooks_.stop);
    if (stopped()) return std::nullopt;
    const DemandBook demand = learn_demand(test, history);
    for (int i = 0; i < 4 + static_cast<int>(settings_.cancel_costs.size()); ++i) played_();
    for (const int scale : settings_.scales) {
      if (stopped()) break;
      ScaleRuns played = run_scale(history, train, test, before, learned.losses, demand, scale);
      if (stopped()) break;
      runs.scales.push_back(std::move(played));
    }
    return runs;
  }

 private:
  bool stopped() const { return hooks_.stop != nullptr && hooks_.stop->load(); }

  ScaleRuns run_scale(const OrderHistory& history, const world::Scenario& train, const world::Scenario& test,
                      const RunScore& before, const forecasting::LossLearner& losses,
                      const DemandBook& demand, int scale) {
    const auto every = polls(settings_, scale);
    ScaleRuns runs;
    std::vector<RunScore> tuning;
    for (std::int32_t buffer = 0; buffer <= settings_.most_buffer && !stopped(); ++buffer) {
      runs.buffers.push_back(run_buffers(test, history, {buffer}, every, hooks_.stop));
      tuning.push_back(run_buffers(train, history, {buffer}, every, hooks_.stop));
      played_(), played_();
    }
    if (stopped()) return runs;  // half played: run() leaves it out
    runs.split = run_split(test, history, shares_of(history, settings_.train_until), every, hooks_.stop);
    for (const double k : settings_.cancel_costs) {
      runs.own_buffers.push_back(
          run_buffers(test, history, own_buffers(tuning, before, k), every, hooks_.stop));
      played_();
      for (const auto& writes : settings_.writes) {
        if (stopped()) return runs;
        auto guard = guard_settings(settings_, k, every, writes);
        guard.losses = losses;
        runs.guards.push_back(run_guard(test, history, std::move(guard), demand, hooks_.stop).score);
        played_();
      }
    }
    played_();
    return runs;
  }

  // The buffer of least regret of each SKU in the first part; the smaller one where two are equal.
  static std::vector<std::int32_t> own_buffers(const std::vector<RunScore>& tuning, const RunScore& before,
                                               double cancel_cost) {
    std::vector<std::int32_t> best(before.skus.size(), 0);
    for (std::size_t s = 0; s < best.size(); ++s) {
      const auto cost = [&](std::size_t buffer) {
        const SkuScore& run = tuning[buffer].skus[s];
        return static_cast<double>(before.skus[s].filled - run.filled) +
               cancel_cost * static_cast<double>(run.oversold);
      };
      for (std::size_t buffer = 1; buffer < tuning.size(); ++buffer)
        if (cost(buffer) < cost(static_cast<std::size_t>(best[s])))
          best[s] = static_cast<std::int32_t>(buffer);
    }
    return best;
  }

  const StudySettings& settings_;
  const StudyHooks& hooks_;
  const std::function<void()>& played_;
};

void choose_best(CellResult& cell) {
  cell.best_regret = regret(cell.own_buffers, cell.reference, cell.cancel_cost);
  cell.best_name = "own";
  for (std::size_t b = 0; b < cell.buffers.size(); ++b) {
    const double value = regret(cell.buffers[b], cell.reference, cell.cancel_cost);
    if (value > cell.best_regret) continue;
    cell.best_regret = value;
    cell.best_name = std::to_string(b);
  }
}

const PolicyScore& best_of(const CellResult& cell) {
  return cell.best_name == "own" ? cell.own_buffers : cell.buffers[std::stoul(cell.best_name)];
}

CellResult cell_of(const StudySettings& settings, const std::vector<const JobRuns*>& seeds, double loss_rate,
                   std::size_t scale, std::size_t cost) {
  CellResult cell{.loss_rate = loss_rate,
                  .scale = settings.scales[scale],
                  .cancel_cost = settings.cancel_costs[cost],
                  .seeds = seeds.size()};
  cell.buffers.resize(static_cast<std::size_t>(settings.most_buffer) + 1);
  cell.guards.resize(settings.writes.size());
  for (const JobRuns* seed : seeds) {
    const ScaleRuns& runs = seed->scales[scale];
    cell.reference.add(seed->reference);
    cell.known_losses.add(seed->known_losses);
    cell.known_law.add(seed->known_law[cost]);
    for (std::size_t b = 0; b < cell.buffers.size(); ++b) cell.buffers[b].add(runs.buffers[b]);
    cell.own_buffers.add(runs.own_buffers[cost]);
    cell.split.add(runs.split);
    for (std::size_t w = 0; w < cell.guards.size(); ++w)
      cell.guards[w].score.add(runs.guards[cost * cell.guards.size() + w]);
  }
  choose_best(cell);
  for (std::size_t w = 0; w < cell.guards.size(); ++w) {
    GuardResult& guard = cell.guards[w];
    guard.writes = settings.writes[w];
    const double own = regret(guard.score, cell.reference, cell.cancel_cost);
    if (cell.best_regret > 0) guard.ratio = own / cell.best_regret;
    guard.interval = ratio_interval(guard.score, best_of(cell), cell.reference, cell.cancel_cost,
                                    settings.bootstrap, settings.seeds[0]);
  }
  return cell;
}

}  // namespace

StudyResult run_study(const StudySettings& settings, const StudyHooks& hooks) {
  StudyResult result;
  result.settings = settings;
  const std::size_t losses = settings.loss_rates.size(), costs = settings.cancel_costs.size();
  const std::size_t jobs = settings.seeds.size() * losses;
  const auto buffers = static_cast<std::uint64_t>(settings.most_buffer) + 1;
  result.worlds_planned =
      jobs * (4 + costs + settings.scales.size() * (2 * buffers + 1 + costs * (1 + settings.writes.size())));
  std::vector<std::optional<JobRuns>> runs(jobs);
  std::atomic<std::size_t> next = 0;
  std::mutex lock;
  std::exception_ptr failed;  // of any thread, told by this one
  const std::function<void()> played = [&] {
    const std::lock_guard guard(lock);
    ++result.worlds_played;
    if (hooks.progress) hooks.progress(result.worlds_played, result.worlds_planned);
  };
  const auto work = [&] {
    Job job(settings, hooks, played);
    for (std::size_t i = next++; i < jobs; i = next++) {
      if (hooks.stop != nullptr && hooks.stop->load()) return;
      try {
        runs[i] = job.run(settings.seeds[i / losses], settings.loss_rates[i % losses]);
      } catch (...) {
        const std::lock_guard guard(lock);
        failed = std::current_exception();
        next = jobs;
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 1; t < std::min<std::size_t>(settings.threads, jobs); ++t) threads.emplace_back(work);
    work();
  }
  if (failed) std::rethrow_exception(failed);

  // A cell counts the seeds whose worlds of it were all played: half a seed would compare different worlds.
  double guard_lines = 0, guard_seconds = 0, buffer_lines = 0, buffer_seconds = 0;
  result.seeds = settings.seeds.size();
  for (std::size_t l = 0; l < losses; ++l) {
    for (std::size_t scale = 0; scale < settings.scales.size(); ++scale) {
      std::vector<const JobRuns*> seeds;
      for (std::size_t seed = 0; seed < settings.seeds.size(); ++seed) {
        const auto& job = runs[seed * losses + l];
        if (job && job->scales.size() > scale) seeds.push_back(&*job);
      }
      result.seeds = std::min(result.seeds, seeds.size());
      if (seeds.empty()) continue;
      result.history_lines = seeds[0]->lines;
      result.history_skus = seeds[0]->skus;
      result.days = seeds[0]->days;
      for (const JobRuns* seed : seeds) {
        for (const RunScore& run : seed->scales[scale].guards) {
          guard_lines += static_cast<double>(run.offered_lines), guard_seconds += run.seconds;
          result.digest = world::mix(result.digest ^ run.digest);
        }
        for (const RunScore& run : seed->scales[scale].buffers)
          buffer_lines += static_cast<double>(run.offered_lines), buffer_seconds += run.seconds;
      }
      for (std::size_t cost = 0; cost < costs; ++cost)
        result.cells.push_back(cell_of(settings, seeds, settings.loss_rates[l], scale, cost));
    }
  }
  result.partial = result.seeds < settings.seeds.size();
  result.guard_lines_per_second = guard_seconds > 0 ? guard_lines / guard_seconds : 0;
  result.buffer_lines_per_second = buffer_seconds > 0 ? buffer_lines / buffer_seconds : 0;
  return result;
}

GuardSettings guard_settings(const StudySettings& settings, double cancel_cost, std::vector<Millis> every,
                             std::vector<planner::WriteKind> writes) {
  GuardSettings guard;
  guard.cancel_cost = cancel_cost;
  guard.poll_every = std::move(every);
  guard.writes = std::move(writes);
  guard.write_cost = settings.write_cost;
  guard.caution = settings.caution;
  guard.sweep_every = settings.sweep_every;
  return guard;
}

std::vector<Summary> summarise(const StudyResult& result) {
  std::vector<Summary> all;
  for (const double loss_rate : result.settings.loss_rates)
    for (std::size_t w = 0; w < result.settings.writes.size(); ++w) {
      Summary sum{.loss_rate = loss_rate, .writes = result.settings.writes[w]};
      int cells = 0;
      for (const CellResult& cell : result.cells) {
        if (std::abs(cell.loss_rate - loss_rate) > 1e-12) continue;
        if (const auto ratio = cell.guards[w].ratio) {
          ++cells;
          sum.mean = sum.mean.value_or(0) + *ratio;
          sum.worst = std::max(sum.worst, *ratio);
        }
        const double none = regret(cell.buffers[0], cell.reference, cell.cancel_cost);
        if (none > 0)
          sum.worst_against_none = std::max(
              sum.worst_against_none, regret(cell.guards[w].score, cell.reference, cell.cancel_cost) / none);
      }
      if (cells > 0) *sum.mean /= cells;
      all.push_back(sum);
    }
  return all;
}

std::vector<VelocityRow> by_velocity(const StudyResult& result) {
  std::vector<VelocityRow> rows;
  rows.reserve(velocity_names.size());
  for (const auto name : velocity_names)
    rows.push_back({.name = name, .guards = std::vector<double>(result.settings.writes.size())});
  for (const CellResult& cell : result.cells) {
    const double days = result.days * static_cast<double>(cell.seeds);
    const auto classes = [&](const PolicyScore& score) {
      return by_velocity(score, cell.reference, cell.cancel_cost, days);
    };
    const auto best = classes(best_of(cell));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].skus = std::max(rows[i].skus, best[i].skus);
      rows[i].best_buffer += best[i].regret;
    }
    for (std::size_t w = 0; w < cell.guards.size(); ++w) {
      const auto own = classes(cell.guards[w].score);
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i].guards[w] += own[i].regret;
    }
  }
  std::erase_if(rows, [](const VelocityRow& row) { return row.skus == 0; });
  return rows;
}

}  // namespace forestall::backtest
