// SPDX-License-Identifier: Apache-2.0
// How long the slices of a pass over 10,000 alerts are, beside the same work in one go. In processor time:
// what else runs on the machine does not count.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <vector>

#include "daemon/alerting/round.hpp"

namespace {

using namespace forestall;
using namespace forestall::alerting;
double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

const auto acme = SellerId::literal("acme");
const Instant now(std::chrono::sys_days(std::chrono::year{2026} / 11 / 23));

Alert alert(AlertKind kind, int i) {
  const auto sku = fmt::format("SKU-{:05}", i);
  return {.identity = {acme, kind, AccountId::literal("shop-" + std::to_string(i % 20)), sku},
          .hard = true,
          .headline = sku + " runs out between Wed 25 Nov and Sat 28 Nov",
          .first = "Reorder 120 by Tue 24 Nov.",
          .numbers = {"12 left to sell, about 3.4 a day are sold",
                      "delivery takes 14 days; short before it with a chance of 62 % if ordered now"},
          .act_by = now + std::chrono::hours(i % 200),
          .labels = {{"sku", sku}}};
}

struct Timing {
  std::vector<double> ms;
  template <class Work>
  auto operator()(const Work& work) {
    const double begun = cpu_ms();
    auto result = work();
    ms.push_back(cpu_ms() - begun);
    return result;
  }
  void print(std::string_view what) {
    double sum = 0;
    for (const double one : ms) sum += one;
    fmt::print("{:<44} {:>5} slices, {:>7.2f} ms in all, the longest {:>5.2f} ms\n", what, ms.size(), sum,
               std::ranges::max(ms));
  }
};

}  // namespace

int main() {
  State state;
  config::SellerSettings seller;
  seller.id = acme;
  std::vector<config::NotifySettings> sinks(3);
  for (std::size_t i = 0; i < sinks.size(); ++i) {
    sinks[i].id = "sink-" + std::to_string(i);
    sinks[i].kind = i == 0 ? "smtp" : "webhook";
    sinks[i].group_wait = Millis(0);
  }
  // 5,000 in one group, 5,000 in twenty.
  AllOf all{.scope = {acme, AlertKind::shortfall, {}}, .alerts = {}};
  for (int i = 0; i < 5'000; ++i) {
    all.alerts.push_back(alert(AlertKind::shortfall, i));
    all.alerts.back().identity.account = {};
  }
  for (const auto& news : {all})
    for (const std::string_view what : {"taking in 5,000, new", "taking in 5,000, known"}) {
      Timing timing;
      Book::Taking taking(news, now);
      while (timing([&] { return taking.step(state.book, 250); })) {
      }
      timing.print(what);
    }
  for (int i = 0; i < 5'000; ++i) state.book.take(Raised{alert(AlertKind::order_at_risk, i)}, now);
  static_cast<void>(state.book.take_changed(true));

  int ids = 0;
  const RoundFacts facts{
      .seller = seller, .sinks = sinks, .new_id = [&] { return std::to_string(++ids); }, .now = now};
  for (const std::string_view what : {"a pass over 10,000 to 3 sinks, all new", "the same, all told"}) {
    Timing timing, whole;
    static_cast<void>(whole([&] { return run(state, facts).messages.size(); }));
    Pass pass(state, facts);
    while (timing([&] { return pass.step(); })) {
    }
    auto round = pass.take();
    timing.print(what);
    whole.print("  in one go");
    for (auto& m : round.messages)
      state.told.insert_or_assign({m.message.sink, m.message.group}, std::move(m.told));
  }
}
