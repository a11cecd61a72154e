// SPDX-License-Identifier: Apache-2.0
#include "daemon/backtest/study/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "forecasting/targets/terms.hpp"

namespace forestall::backtest {

namespace {
constexpr std::array names = {"absolute", "relative", "cas"};
}

Result<std::vector<planner::WriteKind>> parse_writes(std::string_view text, std::size_t channels) {
  std::vector<planner::WriteKind> kinds;
  for (std::string_view rest = text;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    const auto found = std::ranges::find(names, word);
    if (found == names.end())
      return fail(ErrorCode::invalid_argument, fmt::format("\"{}\": absolute, relative or cas", word));
    kinds.push_back(static_cast<planner::WriteKind>(found - names.begin()));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (kinds.size() == 1) kinds.resize(channels, kinds[0]);
  if (kinds.size() != channels)
    return fail(ErrorCode::invalid_argument,
                fmt::format("\"{}\": one way of writing, or one for each of {} channels", text, channels));
  return kinds;
}

std::string writes_text(const std::vector<planner::WriteKind>& writes) {
  std::string text;
  const bool same = std::ranges::all_of(writes, [&](auto kind) { return kind == writes[0]; });
  for (std::size_t c = 0; c < (same ? std::min<std::size_t>(1, writes.size()) : writes.size()); ++c)
    text += (c > 0 ? "," : "") + std::string(names[static_cast<std::size_t>(writes[c])]);
  return text;
}

Status check(const StudySettings& settings, std::size_t channels) {
  const auto bad = [](std::string what) { return fail(ErrorCode::invalid_argument, std::move(what)); };
  if (settings.seeds.empty()) return bad("no seed");
  if (channels < 1 || channels > forecasting::max_listings)
    return bad(fmt::format("{} channels: the guard divides a SKU among {} at most", channels,
                           forecasting::max_listings));
  if (settings.poll_every.size() != channels) return bad("polling: one interval for each channel");
  for (const Millis every : settings.poll_every)
    if (every < Millis{1000} || every > std::chrono::days{30}) return bad("polling outside 1 s to 30 days");
  if (settings.scales.empty() || settings.cancel_costs.empty() || settings.loss_rates.empty() ||
      settings.writes.empty())
    return bad("no cell: scales, costs, losses and ways of writing must not be empty");
  for (const int scale : settings.scales)
    if (scale < 1 || scale > 10'000) return bad("a scale outside 1 to 10000");
  for (const double k : settings.cancel_costs)
    if (!(k >= 0 && k <= 1e6)) return bad("a cost of a cancellation outside 0 to 1,000,000");
  for (const double rate : settings.loss_rates)
    if (!(rate >= 0 && rate < 1)) return bad("a loss rate outside [0, 1)");
  for (const auto& kinds : settings.writes)
    if (kinds.size() != channels) return bad("ways of writing: one for each channel");
  if (!(settings.write_cost >= 0 && settings.write_cost <= 1e6))
    return bad("a write's cost outside 0 to 1e6");
  if (!(settings.caution >= 0 && settings.caution <= 1e6)) return bad("a caution outside 0 to 1e6");
  if (settings.sweep_every < std::chrono::minutes{1}) return bad("a sweep more often than once a minute");
  if (settings.most_buffer < 0 || settings.most_buffer > 100) return bad("buffers outside 0 to 100");
  if (settings.threads < 1 || settings.threads > 256) return bad("threads outside 1 to 256");
  if (settings.bootstrap < 0 || settings.bootstrap > 100'000) return bad("resamples outside 0 to 100,000");
  return {};
}

}  // namespace forestall::backtest
