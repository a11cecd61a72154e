// SPDX-License-Identifier: Apache-2.0
// The command line of forestall-sandbox.
#include "tests/sandbox/options.hpp"

#include <CLI/CLI.hpp>

namespace forestall::sandbox {

std::vector<double> Options::account_shares() const {
  if (!shares.empty()) return shares;
  if (accounts == 2) return {0.60, 0.40};
  if (accounts == 3) return {0.60, 0.25, 0.15};
  return std::vector<double>(static_cast<std::size_t>(accounts), 1.0);
}

namespace {
// "15m" into a duration, as everywhere in the product.
CLI::Option* add_duration(CLI::App& app, const std::string& name, Millis& value, const std::string& text) {
  return app
      .add_option_function<std::string>(
          name,
          [&value, name](const std::string& word) {
            const auto length = parse_duration(word);
            if (!length) throw CLI::ValidationError(name, length.error().detail);
            value = *length;
          },
          text + " (default " + duration_text(value) + ")")
      ->type_name("DURATION");
}
}  // namespace

std::expected<Options, int> read_options(int argc, char** argv) {
  Options options;
  CLI::App app{
      "A fake Amazon and a warehouse on loopback: shoppers buy from several accounts that share one stock."};
  app.option_defaults()->always_capture_default();
  const CLI::Range share(0.0, 1.0);
  app.add_option("--port", options.port, "TCP port on 127.0.0.1; 0: a free one, printed");
  app.add_option("--seed", options.seed, "of everything that is drawn");
  app.add_option("--orders", options.orders, "replay this order file (see daemon/backtest/history)")
      ->check(CLI::ExistingFile);
  app.add_flag("--whole-quantities", options.whole_quantities,
               "Online Retail: a line is its quantity, not one unit");
  app.add_option("--skus", options.skus, "generated SKUs")->check(CLI::Range(1, 1'000'000));
  app.add_option("--rate", options.lines_per_sku_day, "generated order lines a SKU and day")
      ->check(CLI::Range(0.001, 10'000.0));
  app.add_option("--days", options.days, "days of generated shoppers")->check(CLI::Range(1, 3650));
  app.add_option("--accounts", options.accounts, "that share the stock")->check(CLI::Range(1, 5));
  app.add_option("--shares", options.shares, "of the orders, one an account");
  app.add_option("--fba", options.fba, "FBA items an account")->check(CLI::Range(0, 100'000));
  app.add_option("--speed", options.speed, "virtual seconds a second; rates and delays scale alike")
      ->check(CLI::Range(0.001, 1e6));
  app.add_flag("--lock-step", options.lock_step, "time stands still until POST /sandbox/advance");
  app.add_option_function<std::string>("--start",
                                       [&options](const std::string& word) {
                                         const auto start = parse_instant(word);
                                         if (!start)
                                           throw CLI::ValidationError("--start", start.error().detail);
                                         options.start = *start;
                                       })
      ->type_name("TIME")
      ->description("virtual start, RFC 3339; default: now, in lock-step the history's own");
  add_duration(app, "--visible-after", options.visible_after, "orders can be read so late");
  add_duration(app, "--live-after", options.live_after, "a write that was accepted is live so late");
  add_duration(app, "--countdown-after", options.countdown_after,
               "a sale lowers its listing so late; 0s: atomically");
  app.add_flag("--restores-on-cancel", options.restores_on_cancel,
               "a cancelled order puts its units back on offer");
  app.add_option("--pending", options.pending_share, "share of orders that wait for their payment")
      ->check(share);
  app.add_option("--pending-dies", options.pending_dies, "share of these that never get it")->check(share);
  app.add_option("--withdrawn", options.withdrawn_share, "share of orders that buyers cancel")->check(share);
  add_duration(app, "--pick-after", options.pick_after, "from payment to the shelf");
  app.add_option("--cancel-requests", options.cancel_requests,
                 "share of orders whose buyers ask to cancel, and nobody answers")
      ->check(share);
  app.add_option("--stuck", options.fates.stuck, "share of parcels that are silent for days")->check(share);
  app.add_option("--lost", options.fates.lost, "share of parcels that are never seen again")->check(share);
  app.add_option("--never-scanned", options.fates.never_scanned, "share of labels without a parcel")
      ->check(share);
  app.add_option("--returned", options.fates.returned, "share of parcels that are refused")->check(share);
  app.add_option("--detoured", options.fates.detoured,
                 "share of parcels that go from hub to hub and are late")
      ->check(share);
  add_duration(app, "--trouble-after", options.trouble_after,
               "parcels whose label is made before the start and this move as usual");
  app.add_option("--loss-rate", options.loss_rate, "units that vanish unrecorded, per unit asked for")
      ->check(CLI::Range(0.0, 0.5));
  add_duration(app, "--lead-time", options.lead_time, "from reordering to receipt");
  add_duration(app, "--cover", options.cover, "of demand that is reordered at once");
  app.add_option("--warehouse", options.warehouse, "write stock files into this folder")
      ->check(CLI::ExistingDirectory);
  add_duration(app, "--stock-every", options.stock_every, "a stock file so often");
  add_duration(app, "--seller-sync", options.seller_sync,
               "a plain tool shows book stock on every account so often");
  app.add_option("--buffer", options.buffer, "units this tool holds back")->check(CLI::Range(0, 1000));
  app.add_option("--configure", options.configure,
                 "write a daemon's configuration for these accounts into this folder")
      ->check(CLI::ExistingDirectory);
  app.add_option("--daemon-port", options.daemon_port, "where that daemon listens");
  app.add_option("--daemon-mode", options.daemon_mode, "of its accounts")
      ->check(CLI::IsMember({"observe", "advise", "guard"}));
  add_duration(app, "--report", options.report,
               "print the truth for people so often, and a table at the end");
  add_duration(app, "--beside", options.beside, "the report compares with a plain tool that looks so often");
  try {
    app.parse(argc, argv);
    if (!options.shares.empty() && options.shares.size() != static_cast<std::size_t>(options.accounts))
      throw CLI::ValidationError("--shares", "one for each account");
    if (options.beside <= Millis{0}) throw CLI::ValidationError("--beside", "must be positive");
    if (options.stock_every <= Millis{0}) throw CLI::ValidationError("--stock-every", "must be positive");
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return std::unexpected(code);
  }
  return options;
}

}  // namespace forestall::sandbox
