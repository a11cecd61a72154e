// SPDX-License-Identifier: Apache-2.0
// The table of all cells for a README.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/backtest/study/report.hpp"

namespace forestall::backtest {

namespace {

std::string header(const StudyResult& result) {
  std::string names, line;
  for (const auto& writes : result.settings.writes) {
    names += fmt::format(" {} |", writes_text(writes));
    line += "---|";
  }
  return fmt::format(
      "| losses | poll | k | no guard | best buffer | split | bound |{} lost / oversold (last way) |\n"
      "|---|---|---|---|---|---|---|{}---|\n",
      names, line);
}

std::string row(const CellResult& cell) {
  const PolicyScore& ref = cell.reference;
  std::string guards;
  for (const GuardResult& guard : cell.guards)
    guards += guard.ratio ? fmt::format(" **{:.2f}** [{:.2f} {:.2f}] |", *guard.ratio, guard.interval.low,
                                        guard.interval.high)
                          : " - |";
  const SkuScore last = cell.guards.back().score.total();
  return fmt::format("| {:.3g} % | {}x | {:.3g} | {:.0f} | {:.0f} ({}) | {:.0f} | {:.0f} |{} {} / {} |\n",
                     100 * cell.loss_rate, cell.scale, cell.cancel_cost,
                     regret(cell.buffers[0], ref, cell.cancel_cost), cell.best_regret, cell.best_name,
                     regret(cell.split, ref, cell.cancel_cost), regret(cell.known_law, ref, cell.cancel_cost),
                     guards, ref.total().filled - last.filled, last.oversold);
}

}  // namespace

std::string report_markdown(const StudyResult& result, const ReportContext& context) {
  std::string out = fmt::format(
      "{} order lines, {} SKUs; settings learned to {}, scored {:.0f} days after; {} seeds{}.\n\n",
      result.history_lines, result.history_skus, to_string(result.settings.train_until).substr(0, 10),
      result.days, result.seeds, result.partial ? " (PARTIAL)" : "");
  if (result.cells.empty()) return out + "No cell was complete.\n";
  out += header(result);
  for (const CellResult& cell : result.cells) out += row(cell);
  out += "\n";
  for (const Summary& sum : summarise(result))
    out += fmt::format(
        "- losses {:.3g} %, {}: mean ratio **{:.2f}**, worst {:.2f}; beside no guard at worst {:.2f}\n",
        100 * sum.loss_rate, writes_text(sum.writes), sum.mean.value_or(0), sum.worst,
        sum.worst_against_none);
  out +=
      fmt::format("- guard {:.2f} M order lines/s, buffers {:.2f} M/s; digest {:016x}\n",
                  result.guard_lines_per_second / 1e6, result.buffer_lines_per_second / 1e6, result.digest);
  out += "\n| units offered a day, all cells | SKUs | best buffer |";
  for (const auto& writes : result.settings.writes) out += fmt::format(" {} |", writes_text(writes));
  out += "\n|---|---|---|";
  for (std::size_t w = 0; w < result.settings.writes.size(); ++w) out += "---|";
  out += "\n";
  for (const VelocityRow& row : by_velocity(result)) {
    out += fmt::format("| {} | {} | {:.0f} |", row.name, row.skus, row.best_buffer);
    for (const double regret : row.guards)
      out += row.best_buffer > 0 ? fmt::format(" {:.0f} ({:.2f}) |", regret, regret / row.best_buffer)
                                 : fmt::format(" {:.0f} |", regret);
    out += "\n";
  }
  std::string caveats_line = caveats(context.history);
  std::ranges::replace(caveats_line, '\n', ' ');
  out += "\n" + caveats_line + "\n";
  return out;
}

}  // namespace forestall::backtest
