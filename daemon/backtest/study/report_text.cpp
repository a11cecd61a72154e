// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "daemon/backtest/study/report.hpp"

namespace forestall::backtest {

namespace {

double lost(const PolicyScore& policy, const PolicyScore& reference) {
  return static_cast<double>(reference.total().filled - policy.total().filled);
}

void cell_lines(const CellResult& cell, std::string& out) {
  const PolicyScore& ref = cell.reference;
  const double none = regret(cell.buffers[0], ref, cell.cancel_cost);
  out +=
      fmt::format("{:>4.3g}% {:>4}x {:>4.3g} | {:>9.0f} {:>9.0f} ({:>3}) {:>8.0f} {:>8.0f} |",
                  100 * cell.loss_rate, cell.scale, cell.cancel_cost, none, cell.best_regret, cell.best_name,
                  regret(cell.split, ref, cell.cancel_cost), regret(cell.known_law, ref, cell.cancel_cost));
  bool first = true;
  for (const GuardResult& guard : cell.guards) {
    if (!first) out += fmt::format("{:>62} |", "");
    first = false;
    out += fmt::format(
        " {:<8} {:>7.0f} {:>6} {:>7.0f}  {}\n", writes_text(guard.writes), lost(guard.score, ref),
        guard.score.total().oversold, regret(guard.score, ref, cell.cancel_cost),
        guard.ratio
            ? fmt::format("{:.2f} [{:.2f} {:.2f}]", *guard.ratio, guard.interval.low, guard.interval.high)
            : "-");
  }
}

// Stopped, cells may stand on different numbers of seeds.
std::string seeds_text(const StudyResult& result) {
  std::size_t least = result.settings.seeds.size(), most = 0;
  for (const CellResult& cell : result.cells) {
    least = std::min(least, cell.seeds);
    most = std::max(most, cell.seeds);
  }
  return least == most ? fmt::format("{} seed(s)", most)
                       : fmt::format("{} to {} seeds, cell by cell", least, most);
}

void velocity_lines(const StudyResult& result, std::string& out) {
  out += "\nRegret by velocity (units offered a day), all cells; in brackets beside the best buffer's\n";
  for (const VelocityRow& row : by_velocity(result)) {
    out += fmt::format("  {:<15} {:>6} SKUs | best buffer {:>9.0f} |", row.name, row.skus, row.best_buffer);
    for (std::size_t w = 0; w < row.guards.size(); ++w) {
      out += fmt::format(" {} {:.0f}", writes_text(result.settings.writes[w]), row.guards[w]);
      if (row.best_buffer > 0) out += fmt::format(" ({:.2f})", row.guards[w] / row.best_buffer);
    }
    out += "\n";
  }
}

}  // namespace

std::string caveats(const OrderHistory& history) {
  std::string text =
      "Read with it: stock, receipts and losses are constructed, not recorded; recorded sales are censored "
      "demand (what\n"
      "was refused then is unknown now); refused shoppers do not try another channel; a listing that was out "
      "of stock\n"
      "loses no rank; the best buffer is chosen with hindsight, the guard is not.\n";
  if (history.imputed_times > 0)
    text +=
        fmt::format("Clock times of {} lines are drawn: the file knows only the {}.\n", history.imputed_times,
                    history.format == HistoryFormat::fresh_retail ? "hour" : "day");
  if (history.imputed_channels > 0)
    text += fmt::format("Channels of {} lines are drawn: the file knows none.\n", history.imputed_channels);
  if (history.imputed_quantities > 0)
    text += fmt::format("{} quantities are {}.\n", history.imputed_quantities,
                        history.format == HistoryFormat::fresh_retail ? "rounded to whole units of a tenth"
                                                                      : "taken as 1: the file has 0");
  if (history.censored_hours > 0)
    text +=
        fmt::format("{} hours with an empty shelf: what was wanted then is not in the file, nor filled in.\n",
                    history.censored_hours);
  return text;
}

std::string report_text(const StudyResult& result, const ReportContext& context) {
  std::string out = fmt::format(
      "{}: {} order lines, {} SKUs; settings learned to {}, scored {:.0f} days after\n", context.file,
      result.history_lines, result.history_skus, to_string(result.settings.train_until), result.days);
  if (result.partial)
    out += fmt::format(
        "PARTIAL: stopped after {} of {} worlds; {} of {} seeds complete in every cell, {} of {} cells "
        "shown\n",
        result.worlds_played, result.worlds_planned, result.seeds, result.settings.seeds.size(),
        result.cells.size(),
        result.settings.loss_rates.size() * result.settings.scales.size() *
            result.settings.cancel_costs.size());
  if (result.cells.empty()) return out + "No cell was complete.\n";
  const auto& channels = context.history.channels;
  for (std::size_t c = 0; c < channels.size() && c < result.settings.poll_every.size(); ++c)
    out += fmt::format("{}{} polled every {}", c == 0 ? "Channels: " : ", ", channels[c],
                       duration_text(result.settings.poll_every[c]));
  out += channels.empty() ? "" : "\n";
  out += fmt::format(
      "Regret = units a counter without latency fills - units filled + k x units oversold; sums over {}"
      "\n\n"
      "{:>5} {:>5} {:>4} | {:>9} {:>15} {:>8} {:>8} | {:<8} {:>7} {:>6} {:>7}  {}\n",
      seeds_text(result), "loss", "poll", "k", "no guard", "best buffer", "split", "bound", "guard", "lost",
      "over", "regret", "ratio [90 %]");
  for (const CellResult& cell : result.cells) cell_lines(cell, out);
  out += "\n";
  for (const Summary& sum : summarise(result))
    out += sum.mean ? fmt::format(
                          "losses {:.3g} %, {}: mean ratio {:.2f}, worst {:.2f}; beside no guard at worst "
                          "{:.2f}\n",
                          100 * sum.loss_rate, writes_text(sum.writes), *sum.mean, sum.worst,
                          sum.worst_against_none)
                    : fmt::format("losses {:.3g} %, {}: no ratio, the best buffer has no regret\n",
                                  100 * sum.loss_rate, writes_text(sum.writes));
  velocity_lines(result, out);
  out +=
      fmt::format("\nSpeed on one core: guard {:.2f} M order lines/s, buffers {:.2f} M/s. Digest {:016x}.\n",
                  result.guard_lines_per_second / 1e6, result.buffer_lines_per_second / 1e6, result.digest);
  return out + "\n" + caveats(context.history);
}

}  // namespace forestall::backtest
