// SPDX-License-Identifier: Apache-2.0
// Is the rule worth following? Three channels, polls 5/1/15 minutes and 12 and 96 times that, k = 5 and 20,
// losses 0 and 1 %: regret of the targets with a zero-and-fill protocol beside the best fixed buffer 0..5 and
// no guard (buffer 0), on made demand and, where present, on UCI Online Retail.
//   bench_targets [--skus N] [--days N] [--seed N]
#include <fmt/core.h>
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/backtest/world/draws.hpp"
#include "daemon/backtest/world/fixed_buffer.hpp"
#include "daemon/backtest/world/run.hpp"
#include "daemon/backtest/world/shoppers.hpp"
#include "tests/bench/targets/rule_policy.hpp"

namespace forestall::bench {
namespace {

using namespace std::chrono_literals;

struct Case {
  std::string name;
  world::Catalogue catalogue;
  world::Demand demand;
  Instant start{}, end{};
};

Case made(std::uint32_t skus, int days, std::uint64_t seed) {
  Case out{"made demand", world::Catalogue::plain(skus, 3), {}, {}, {}};
  world::ShopperRules rules;
  rules.seed = seed;
  rules.start = Instant{} + std::chrono::days{19000};
  rules.end = rules.start + std::chrono::days{days + 90};
  rules.lines_per_sku_day = 0.7;
  rules.units_above_one = 0;
  out.demand = world::shoppers(rules, out.catalogue);
  out.start = rules.start + std::chrono::days{90};
  out.end = rules.end;
  return out;
}

// Invoice lines of the best-selling stock codes; second half of the history; channel by a seeded draw.
bool retail(const std::string& path, std::uint32_t skus, std::uint64_t seed, Case& out) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file) return false;
  struct Line {
    std::string code, invoice;
    Instant at;
    std::size_t place;
  };
  std::vector<Line> lines;
  std::map<std::string, std::uint32_t> count;
  char buffer[4096];
  while (gzgets(file, buffer, sizeof buffer)) {
    const std::string_view row(buffer);
    if (row.empty() || row[0] == 'C' || row[0] == 'I') continue;
    const auto a = row.find(','), b = row.find(',', a + 1);
    if (b == std::string_view::npos) continue;
    // The description may hold commas within quotes.
    auto c = b + 1;
    for (bool quoted = false; c < row.size() && (quoted || row[c] != ','); ++c) quoted ^= row[c] == '"';
    int quantity = 0, y = 0, mo = 0, d = 0, h = 0, mi = 0;
    if (c >= row.size() ||
        std::sscanf(buffer + c + 1, "%d,%d-%d-%d %d:%d", &quantity, &y, &mo, &d, &h, &mi) != 6)
      continue;
    if (quantity <= 0) continue;
    const std::chrono::year_month_day date{std::chrono::year{y},
                                           std::chrono::month(static_cast<unsigned>(mo)),
                                           std::chrono::day(static_cast<unsigned>(d))};
    Line line{std::string(row.substr(a + 1, b - a - 1)), std::string(row.substr(0, a)),
              Instant{std::chrono::sys_days{date}.time_since_epoch()} + std::chrono::hours{h} +
                  std::chrono::minutes{mi},
              lines.size()};
    ++count[line.code];
    lines.push_back(std::move(line));
  }
  gzclose(file);
  std::vector<std::pair<std::uint32_t, std::string>> top;
  top.reserve(count.size());
  for (const auto& [code, n] : count) top.emplace_back(n, code);
  std::sort(top.rbegin(), top.rend());
  top.resize(std::min<std::size_t>(top.size(), skus));
  std::map<std::string, std::uint32_t> index;
  for (const auto& [n, code] : top) index.emplace(code, static_cast<std::uint32_t>(index.size()));
  std::sort(lines.begin(), lines.end(),
            [](const Line& a, const Line& b) { return a.at != b.at ? a.at < b.at : a.place < b.place; });
  out = {"UCI Online Retail", world::Catalogue::plain(static_cast<std::uint32_t>(top.size()), 3), {}, {}, {}};
  for (const auto& line : lines) {
    const auto found = index.find(line.code);
    if (found == index.end()) continue;
    const double u = world::draw_unit(seed, world::Purpose::channel, std::hash<std::string>{}(line.invoice));
    const std::uint32_t channel = u < .60 ? 0 : u < .85 ? 1 : 2;
    out.demand.push(line.at, found->second * 3 + channel, 1, out.demand.size());
  }
  out.start = out.demand.time[out.demand.size() / 2];
  out.end = out.demand.time.back();
  return true;
}

world::Scenario scenario(const Case& c, double loss, std::uint64_t seed) {
  world::Scenario s;
  s.seed = seed, s.start = c.start, s.end = c.end;
  s.channels.resize(3);
  s.stock.loss_rate = loss;
  return s;
}

struct Score {
  std::int64_t filled = 0, oversold = 0, writes = 0;
};

template <class P>
Score play(const Case& c, world::Scenario s, auto make) {
  world::World world(std::move(s), c.catalogue, c.demand);
  P policy = make(world);
  world::run(world, policy);
  const auto truth = world.truth();
  return {truth.units.filled, truth.units.oversold, truth.writes};
}

void table(const Case& c, std::uint64_t seed) {
  fmt::print("\n{}: {} SKUs, {} lines, {:.0f} days scored\n", c.name, c.catalogue.skus, c.demand.size(),
             DemandKnowledge::in_days(c.end - c.start));
  fmt::print("{:>5} {:>4} {:>3} | {:>8} | {:>8} {:>6} {:>8} | {:>19} | {:>8} {:>6} {:>6} {:>8}\n", "loss",
             "poll", "k", "ideal", "no guard", "over", "writes", "best fixed buffer", "targets", "ratio",
             "over", "writes");
  double sum[2] = {}, worst[2] = {};
  for (const double loss : {0.0, 0.01}) {
    auto ideal = scenario(c, loss, seed);
    ideal.acceptance = world::Acceptance::shared_book;
    const auto best = play<world::Nobody>(c, ideal, [](const world::World&) { return world::Nobody{}; });
    for (const int scale : {1, 12, 96}) {
      const std::vector<Millis> polls{5min * scale, 1min * scale, 15min * scale};
      Score buffer[6];
      for (int b = 0; b < 6; ++b)
        buffer[b] = play<world::FixedBuffer>(c, scenario(c, loss, seed), [&](const world::World& w) {
          return world::FixedBuffer(w, {.buffer = b, .poll_every = polls});
        });
      for (const double k : {5.0, 20.0}) {
        const auto regret = [&](const Score& s) {
          return static_cast<double>(best.filled - s.filled) + k * static_cast<double>(s.oversold);
        };
        int least = 0;
        for (int b = 1; b < 6; ++b)
          if (regret(buffer[b]) < regret(buffer[least])) least = b;
        const auto rule = play<RulePolicy>(c, scenario(c, loss, seed), [&](const world::World& w) {
          return RulePolicy(w, {.cancel_cost = k, .poll_every = polls});
        });
        const double ratio = regret(rule) / regret(buffer[least]);
        sum[loss > 0] += ratio;
        worst[loss > 0] = std::max(worst[loss > 0], ratio);
        fmt::print(
            "{:>4.0f}% {:>3}x {:>3.0f} | {:>8} | {:>8.0f} {:>6} {:>8} | {:>8.0f} (buffer {}) | {:>8.0f} "
            "{:>6.2f} {:>6} {:>8}\n",
            100 * loss, scale, k, best.filled, regret(buffer[0]), buffer[0].oversold, buffer[0].writes,
            regret(buffer[least]), least, regret(rule), ratio, rule.oversold, rule.writes);
        std::fflush(stdout);
      }
    }
  }
  for (int l = 0; l < 2; ++l)
    fmt::print("regret ratio at {} % losses: mean {:.2f}, worst {:.2f}\n", l, sum[l] / 6, worst[l]);
}

}  // namespace
}  // namespace forestall::bench

int main(int argc, char** argv) {
  std::uint32_t skus = 400;
  int days = 120;
  std::uint64_t seed = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const long value = std::atol(argv[i + 1]);
    if (name == "--skus") skus = static_cast<std::uint32_t>(value);
    if (name == "--days") days = static_cast<int>(value);
    if (name == "--seed") seed = static_cast<std::uint64_t>(value);
  }
  using namespace forestall::bench;
  table(made(skus, days, seed), seed);
  const std::string path =
      std::string(FORESTALL_SOURCE_DIR) + "/../shared/data/online_retail/online_retail_to_2011-08.csv.gz";
  Case c;
  if (retail(path, skus, seed, c)) {
    table(c, seed);
  } else {
    fmt::print("\nskipped: {} is not there\n", path);
  }
}
