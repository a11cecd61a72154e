// SPDX-License-Identifier: Apache-2.0
// forestall backtest: what the guard would have done with a seller's own orders, beside what others do.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdio>

#include "daemon/backtest/history/history_file.hpp"
#include "daemon/backtest/history/order_records.hpp"
#include "daemon/backtest/study/report.hpp"
#include "daemon/backtest/study/study.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/progress.hpp"

namespace forestall::cli {

namespace {

std::atomic<bool> stop_asked = false;  // the one thing a signal handler may set
static_assert(std::atomic<bool>::is_always_lock_free);
void ask_to_stop(int) { stop_asked = true; }

// Ctrl-C once: what is complete is reported. Twice: the usual.
class StopOnInterrupt {
 public:
  StopOnInterrupt() {
    stop_asked = false;
    struct sigaction action{};
    action.sa_handler = ask_to_stop;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, &before_);
  }
  ~StopOnInterrupt() { sigaction(SIGINT, &before_, nullptr); }
  StopOnInterrupt(const StopOnInterrupt&) = delete;
  StopOnInterrupt& operator=(const StopOnInterrupt&) = delete;

 private:
  struct sigaction before_{};
};

Status bad(std::string what) { return fail(ErrorCode::invalid_argument, std::move(what)); }

Result<double> number(std::string_view name, std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    return fail(ErrorCode::invalid_argument, fmt::format("{}: \"{}\" is no number", name, text));
  return value;
}

Result<Instant> day_or_instant(std::string_view name, std::string_view text) {
  if (const auto day = parse_civil_date(text)) return Instant(std::chrono::sys_days(*day));
  const auto instant = parse_instant(text);
  if (!instant) return fail(ErrorCode::invalid_argument, fmt::format("{}: {}", name, instant.error().detail));
  return *instant;
}

// Options over the defaults; a list replaces the default list.
Status apply_options(const Invocation& invocation, const OrderHistory& history,
                     backtest::StudySettings& settings) {
  const auto values = [&](std::string_view name) {
    const auto found = invocation.values.find(name);
    return found == invocation.values.end() ? std::vector<std::string>{} : found->second;
  };
  const std::size_t channels = history.catalogue.channels;
  const auto until = day_or_instant("--train-until", invocation.value("--train-until"));
  if (!until) return std::unexpected(until.error());
  settings.train_until = *until;
  if (invocation.has("--until")) {
    const auto end = day_or_instant("--until", invocation.value("--until"));
    if (!end) return std::unexpected(end.error());
    settings.end = *end;
  }
  for (const std::string& text : values("--poll")) {
    const auto every = parse_duration(text);
    if (!every) return bad(fmt::format("--poll: {}", every.error().detail));
    settings.poll_every.push_back(*every);
  }
  constexpr std::array default_polls{std::chrono::minutes{5}, std::chrono::minutes{1},
                                     std::chrono::minutes{15}};
  if (settings.poll_every.empty())
    for (std::size_t c = 0; c < channels; ++c) settings.poll_every.push_back(default_polls[c % 3]);
  const auto numbers = [&](std::string_view name, auto& list) -> Status {
    const auto given = values(name);
    if (given.empty()) return {};
    list.clear();
    for (const std::string& text : given) {
      const auto value = number(name, text);
      if (!value) return std::unexpected(value.error());
      using Value = typename std::remove_reference_t<decltype(list)>::value_type;
      if (!(*value >= 0 && *value <= 1e9)) return bad(fmt::format("{}: {} is out of range", name, text));
      if (std::is_integral_v<Value> && *value != std::floor(*value))
        return bad(fmt::format("{}: {} is no whole number", name, text));
      list.push_back(static_cast<Value>(*value));
    }
    return {};
  };
  if (auto ok = numbers("--scale", settings.scales); !ok) return ok;
  if (auto ok = numbers("--cost", settings.cancel_costs); !ok) return ok;
  if (auto ok = numbers("--losses", settings.loss_rates); !ok) return ok;
  if (auto ok = numbers("--seed", settings.seeds); !ok) return ok;
  const auto one_number = [&](std::string_view name, double& value) -> Status {
    if (!invocation.has(name)) return {};
    const auto given = number(name, invocation.value(name));
    if (!given) return std::unexpected(given.error());
    value = *given;
    return {};
  };
  if (auto ok = one_number("--write-cost", settings.write_cost); !ok) return ok;
  if (auto ok = one_number("--caution", settings.caution); !ok) return ok;
  const auto ways = values("--writes");
  for (const std::string& text :
       ways.empty() ? std::vector<std::string>{"absolute", "relative", "cas"} : ways) {
    const auto kinds = backtest::parse_writes(text, channels);
    if (!kinds) return bad(fmt::format("--writes: {}", kinds.error().detail));
    settings.writes.push_back(*kinds);
  }
  if (invocation.has("--threads")) {
    const auto threads = number("--threads", invocation.value("--threads"));
    if (!threads || *threads < 1 || *threads > 256) return bad("--threads: 1 to 256");
    settings.threads = static_cast<unsigned>(*threads);
  }
  const auto& times = history.demand.time;
  if (times.empty()) return bad("the file holds no order line");
  if (settings.train_until <= times.front() || settings.train_until >= times.back())
    return bad(fmt::format("--train-until: the orders go from {} to {}", to_string(times.front()),
                           to_string(times.back())));
  if (settings.end != Instant{} && settings.end <= settings.train_until)
    return bad("--until is not after --train-until");
  return backtest::check(settings, channels);
}

Result<OrderRecords> read_file(const std::string& name, const HistoryOptions& options, ProgressBar& bar) {
  const auto interrupted = [&] {
    return fail(ErrorCode::cancelled, fmt::format("{}: interrupted while reading", name));
  };
  auto file = HistoryFile::open(name);
  if (stop_asked) return interrupted();
  if (!file) return std::unexpected(std::move(file.error()));
  bool told_name = false;
  const auto next = [&]() -> Result<std::string_view> {
    auto piece = file->next();
    if (stop_asked) return interrupted();
    told_name = !piece;
    return piece;
  };
  bar.start();
  auto records = read_order_records(next, options, [&](std::uint64_t rows) {
    bar.show(file->bytes_read(), file->bytes(), fmt::format("bytes, {} lines", rows));
  });
  bar.clear();
  if (!records && !told_name && records.error().code != ErrorCode::cancelled)
    return fail_in(name, std::move(records.error()));
  return records;
}

}  // namespace

Exit run_backtest(Invocation& invocation) {
  const auto refuse = [&](const Error& error, Exit exit) {
    invocation.err += fmt::format("forestall: {}\n", error.detail);
    return exit;
  };
  const StopOnInterrupt interrupt;
  ProgressBar bar(isatty(STDERR_FILENO) != 0 && !invocation.has("--quiet"));
  const std::string name(invocation.value("file"));
  HistoryOptions options{.names = false};
  const auto records = read_file(name, options, bar);
  if (!records)
    return refuse(records.error(),
                  records.error().code == ErrorCode::cancelled ? Exit::interrupted : Exit::refused);
  const auto history_of = [&](std::uint64_t seed) {
    HistoryOptions of_seed = options;
    of_seed.seed = seed;
    return imagine(*records, of_seed);
  };
  OrderHistory first = history_of(1);
  backtest::StudySettings settings;
  if (const auto ok = apply_options(invocation, first, settings); !ok) return refuse(ok.error(), Exit::usage);
  backtest::StudyHooks hooks{.history = history_of, .stop = &stop_asked};
  hooks.progress = [&](std::uint64_t done, std::uint64_t of) { bar.show(done, of, "worlds"); };
  bar.start();
  const auto result = backtest::run_study(settings, hooks);
  bar.clear();
  first.demand = {};
  const backtest::ReportContext context{name, std::move(first)};
  invocation.out += invocation.global.json         ? report_json(result, context)
                    : invocation.has("--markdown") ? report_markdown(result, context)
                                                   : report_text(result, context);
  return result.partial ? Exit::interrupted : Exit::ok;
}

}  // namespace forestall::cli
