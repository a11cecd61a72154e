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

#include "daemon/backtest/study/history_file.hpp"
#include "daemon/backtest/study/report.hpp"
#include "daemon/backtest/study/study.hpp"
#include "daemon/cli/commands.hpp"

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

void show_progress(std::uint64_t done, std::uint64_t of) {
  constexpr std::uint64_t width = 40;
  const std::uint64_t full = of > 0 ? done * width / of : 0;
  std::string bar(static_cast<std::size_t>(full), '#');
  bar.resize(width, '.');
  fmt::print(stderr, "\r[{}] {}/{} worlds", bar, done, of);
  std::fflush(stderr);
}

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
      if (!(*value >= 0 && *value <= 1e9)) return bad(fmt::format("{}: {} is out of range", name, text));
      list.push_back(static_cast<typename std::remove_reference_t<decltype(list)>::value_type>(*value));
    }
    return {};
  };
  if (auto ok = numbers("--scale", settings.scales); !ok) return ok;
  if (auto ok = numbers("--cost", settings.cancel_costs); !ok) return ok;
  if (auto ok = numbers("--losses", settings.loss_rates); !ok) return ok;
  if (auto ok = numbers("--seed", settings.seeds); !ok) return ok;
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

}  // namespace

Exit run_backtest(Invocation& invocation) {
  const auto refuse = [&](const Error& error, Exit exit) {
    invocation.err += fmt::format("forestall: {}\n", error.detail);
    return exit;
  };
  const std::string file(invocation.value("file"));
  const auto text = backtest::read_history_file(file);
  if (!text) return refuse(text.error(), Exit::refused);
  const auto history_of = [&](std::uint64_t seed) {
    HistoryOptions options;
    options.seed = seed;
    return read_order_history(*text, options);
  };
  auto first = history_of(1);
  if (!first) {
    first.error().detail = fmt::format("{}: {}", file, first.error().detail);
    return refuse(first.error(), Exit::refused);
  }
  backtest::StudySettings settings;
  if (const auto ok = apply_options(invocation, *first, settings); !ok)
    return refuse(ok.error(), Exit::usage);
  backtest::StudyResult result;
  const bool bar = isatty(STDERR_FILENO) != 0;
  {
    const StopOnInterrupt interrupt;
    backtest::StudyHooks hooks;
    hooks.history = [&](std::uint64_t seed) { return *history_of(seed); };
    hooks.stop = &stop_asked;
    if (bar) hooks.progress = show_progress;
    result = backtest::run_study(settings, hooks);
  }
  if (bar) fmt::print(stderr, "\r{:70}\r", "");
  const backtest::ReportContext context{file, std::move(*first)};
  invocation.out += invocation.global.json ? report_json(result, context) : report_text(result, context);
  return result.partial ? Exit::findings : Exit::ok;
}

}  // namespace forestall::cli
