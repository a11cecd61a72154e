// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/commands.hpp"

#include <iterator>

#include "daemon/cli/acting.hpp"
#include "daemon/cli/alerts.hpp"
#include "daemon/cli/completion.hpp"

namespace forestall::cli {

std::vector<Command> commands() {
  std::vector<Command> all = {
      {.name = "status",
       .summary = "What the daemon does, for which accounts, and what it is missing",
       .description =
           "Asks the running daemon. Leaves with 0 when it is fit to act, with 1 when something is missing.",
       .examples = {"forestall status", "forestall status --json | jq .ready"},
       .arguments = {},
       .run = run_status},
      {.name = "doctor",
       .summary = "Checks the configuration, the machine and the daemon, and says what to do",
       .description =
           "Runs every check, also those that need no daemon. Leaves with 1 when one failed; warnings "
           "leave with 0.",
       .examples = {"forestall doctor", "forestall doctor --config ./forestall.toml"},
       .arguments = {},
       .run = run_doctor},
      {.name = "map",
       .summary = "Shows which listings nobody can attribute to a SKU, and why",
       .description =
           "A listing that is unmapped or ambiguous is never written. The file is read again with "
           "`systemctl reload forestalld` (SIGHUP). Leaves with 1 when there is something to look at.",
       .examples = {"forestall map", "forestall map acme --limit 1000", "forestall map acme --json"},
       .arguments = {{.name = "seller", .placeholder = "SELLER", .help = "a seller's id; left out: all"},
                     {.name = "--limit", .placeholder = "N", .help = "at most so many of each list (100)"}},
       .run = run_map},
      {.name = "import",
       .summary = "Takes over stock, counts, products, prices, requests, returns or messages from a CSV file",
       .description =
           "The columns of each kind stand in config/import.md. A bad row is named with its line and changes "
           "nothing; the others are taken. To import a file again changes nothing. Leaves with 1 when a row "
           "was bad.",
       .examples = {"forestall import acme counts counts.csv",
                    "forestall import acme products costs.csv --dry-run",
                    "forestall import acme stock stock.csv --source warehouse"},
       .arguments = {{.name = "seller", .placeholder = "SELLER", .help = "a seller's id", .required = true},
                     {.name = "kind",
                      .placeholder = "KIND",
                      .help = "what the file holds",
                      .required = true,
                      .choices = {"stock", "counts", "failed-picks", "receipts", "products", "prices",
                                  "cancel-requests", "returns", "messages"}},
                     {.name = "file",
                      .placeholder = "FILE",
                      .help = "CSV or TSV, UTF-8 or Windows-1252",
                      .required = true},
                     {.name = "--source",
                      .placeholder = "ID",
                      .help = "of stock, counts, failed picks and receipts: under which [[stock]]"},
                     {.name = "--dry-run", .placeholder = "", .help = "only say what is wrong"},
                     {.name = "--time-zone", .placeholder = "ZONE", .help = "of times without an offset"},
                     {.name = "--decimal-mark",
                      .placeholder = "MARK",
                      .help = "of numbers that could be read in two ways",
                      .choices = {"auto", "point", "comma"}},
                     {.name = "--encoding",
                      .placeholder = "NAME",
                      .help = "where the guess is wrong",
                      .choices = {"auto", "utf-8", "windows-1252"}}},
       .run = run_import},
      {.name = "orders",
       .summary = "Lists open orders in danger, the most avoidable loss first",
       .description = "Each with its cause, what is at stake, the last moment when acting still helps and "
                      "the next step. "
                      "Leaves with 1 when there are any.",
       .examples = {"forestall orders acme --at-risk", "forestall orders acme --causes --days 7"},
       .arguments = {{.name = "seller", .placeholder = "SELLER", .help = "a seller's id", .required = true},
                     {.name = "--at-risk", .placeholder = "", .help = "those that may be cancelled or late"},
                     {.name = "--causes",
                      .placeholder = "",
                      .help = "why orders were cancelled or late, and where their units go"},
                     {.name = "--days", .placeholder = "N", .help = "of --causes: how far back; default 30"}},
       .run = run_orders},
      {.name = "budget",
       .summary = "How many orders each account may still cancel before the channel's limit",
       .description = "In whole orders: what is left in the window, when the oldest cancellation leaves it, "
                      "the chance of "
                      "exceeding the limit within one window from now, and listings cancelled in a row. The "
                      "limit in force "
                      "is the channel's own report, else [account] cancel_limit, else the dated preset. "
                      "Leaves with 1 when "
                      "nothing is left after a cancellation, or a listing was cancelled too often in a row.",
       .examples = {"forestall budget", "forestall budget --account amazon-us --json"},
       .arguments = {{.name = "--account", .placeholder = "ID", .help = "only this account"},
                     {.name = "--seller",
                      .placeholder = "ID",
                      .help = "the seller, where there are several"}},
       .run = run_budget},
      {.name = "carriers",
       .summary = "Shows how carriers do, by service and lane, and what goes wrong with them now",
       .description = "On time, first scan in time, lost: each share with its 90 % interval; lanes with few "
                      "parcels lean on "
                      "their service. Leaves with 1 while a collection was missed or a hub is silent.",
       .examples = {"forestall carriers acme"},
       .arguments = {{.name = "seller", .placeholder = "SELLER", .help = "a seller's id", .required = true}},
       .run = run_carriers},
      {.name = "rebuild",
       .summary = "Derives a seller's counters again from what is stored, and says what differs",
       .description =
           "Reads every stored order, stock reading and listing of the seller and compares. Without --fix "
           "nothing is changed. Leaves with 1 when something differs.",
       .examples = {"forestall rebuild acme", "forestall rebuild acme --fix"},
       .arguments = {{.name = "seller", .placeholder = "SELLER", .help = "a seller's id", .required = true},
                     {.name = "--fix", .placeholder = "", .help = "also correct what differs"}},
       .run = run_rebuild},
      {.name = "reconcile",
       .summary = "Reads everything of an account and its stock again, beginning now",
       .description =
           "Asks the channel for what the next rounds would bring: orders of the last days, every listing, "
           "health. It goes on in the background, within the channel's limits. Nothing is counted twice.",
       .examples = {"forestall reconcile amazon-us", "forestall reconcile amazon-us --from-start"},
       .arguments =
           {{.name = "account", .placeholder = "ACCOUNT", .help = "an account's id", .required = true},
            {.name = "--from-start",
             .placeholder = "",
             .help = "all past orders as far back as `backfill` reaches, not only the last days"}},
       .run = run_reconcile},
      {.name = "setup",
       .summary = "Takes the credentials of an account, tests each permission, and keeps them safely",
       .description =
           "Asks for what the options do not say. Secrets are never options: they are typed without being "
           "shown, or read from standard input, client secret and refresh token on a line each. They are "
           "kept in "
           "files that only their owner can read, never in the configuration. Run it again after an "
           "interruption: what was kept is used. Leaves with 1 when a permission is missing.",
       .examples = {"forestall setup amazon-us", "forestall setup amazon-us --write < secrets"},
       .arguments =
           {{.name = "account",
             .placeholder = "ACCOUNT",
             .help = "the account's id, new or configured",
             .required = true},
            {.name = "--seller", .placeholder = "ID", .help = "whose account it is"},
            {.name = "--kind", .placeholder = "KIND", .help = "which channel", .choices = {"amazon"}},
            {.name = "--marketplace", .placeholder = "ID", .help = "like ATVPDKIKX0DER"},
            {.name = "--merchant-id", .placeholder = "ID", .help = "the seller's merchant token"},
            {.name = "--client-id",
             .placeholder = "ID",
             .help = "of the application registered with the channel"},
            {.name = "--base-url", .placeholder = "URL", .help = "left out: the channel's own"},
            {.name = "--token-url", .placeholder = "URL", .help = "left out: the channel's own"},
            {.name = "--secrets",
             .placeholder = "FOLDER",
             .help = "left out: \"secrets\" beside the configuration"},
            {.name = "--write", .placeholder = "", .help = "add the section to the configuration"},
            {.name = "--replace", .placeholder = "", .help = "enter secrets again that were kept before"},
            {.name = "--keep-anyway",
             .placeholder = "",
             .help = "also where the channel does not take them"}},
       .run = run_setup},
      {.name = "accept",
       .summary = "Takes the next reading of a source of stock as it is, however many SKUs it says are gone",
       .description =
           "A reading in which many SKUs fall to zero and no order explains it is not taken, and the source "
           "is shown as suspect. Where it is true all the same, say so. It holds for one reading.",
       .examples = {"forestall accept warehouse"},
       .arguments = {{.name = "source", .placeholder = "SOURCE", .help = "a source's id", .required = true}},
       .run = run_accept},
      {.name = "backtest",
       .summary = "What the guard would have done with your own past orders, beside what others do",
       .description =
           "Replays an order file against simulated channels and stock. Settings are learned before "
           "--train-until and scored after. CSV, plain or packed by gzip or xz, is read as it comes: "
           "time,order_id,channel,sku,quantity[,unit_price,status], Amazon's order report, an export of "
           "Seller "
           "Central, UCI Online Retail and FreshRetailNet are told apart by their header. Ctrl-C reports the "
           "cells that are complete and leaves with 130.",
       .examples = {"forestall backtest orders.csv --train-until 2022-05-01",
                    "forestall backtest orders.csv.gz --train-until 2011-04-17 --writes absolute --json"},
       .arguments =
           {{.name = "file", .placeholder = "FILE", .help = "order lines", .required = true},
            {.name = "--train-until",
             .placeholder = "DATE",
             .help = "learn before, score after (2022-05-01, or an instant)",
             .required = true},
            {.name = "--until", .placeholder = "DATE", .help = "score no further than this"},
            {.name = "--writes",
             .placeholder = "KIND",
             .help = "absolute, relative or cas, or one a channel with commas; default: each of them",
             .repeated = true},
            {.name = "--poll",
             .placeholder = "TIME",
             .help = "how often orders are fetched, once for each channel; default 5m 1m 15m",
             .repeated = true},
            {.name = "--scale",
             .placeholder = "N",
             .help = "multiplies the polling; default 1 12 96",
             .repeated = true},
            {.name = "--cost",
             .placeholder = "K",
             .help = "of a cancellation, in margins of a unit; default 5 20",
             .repeated = true},
            {.name = "--losses",
             .placeholder = "SHARE",
             .help = "of units sold that vanish unrecorded; default 0 0.01",
             .repeated = true},
            {.name = "--write-cost", .placeholder = "M", .help = "of one write, in margins; default 0.002"},
            {.name = "--caution",
             .placeholder = "N",
             .help = "multiplies the cost where stock is shared or split; default 1"},
            {.name = "--seed", .placeholder = "N", .help = "default 1 2 3 4 5", .repeated = true},
            {.name = "--threads", .placeholder = "N", .help = "default 2"},
            {.name = "--markdown", .placeholder = "", .help = "the table of all cells for a document"},
            {.name = "--quiet", .placeholder = "", .help = "no progress bar on a terminal"}},
       .run = run_backtest},
      {.name = "completion",
       .summary = "Prints the completion script of a shell",
       .description =
           "bash: source it, or put it into /etc/bash_completion.d. zsh: save it as _forestall in a folder "
           "of $fpath. fish: save it in ~/.config/fish/completions/forestall.fish.",
       .examples = {"source <(forestall completion bash)"},
       .arguments = {{.name = "shell",
                      .placeholder = "SHELL",
                      .help = "bash, zsh or fish",
                      .required = true,
                      .choices = {"bash", "zsh", "fish"}}},
       .run = run_completion},
  };
  auto alerts = alert_commands();
  all.insert(all.begin() + 1, std::make_move_iterator(alerts.begin()), std::make_move_iterator(alerts.end()));
  auto acting = acting_commands();
  all.insert(all.begin() + 1, std::make_move_iterator(acting.begin()), std::make_move_iterator(acting.end()));
  return all;
}

Exit run_completion(Invocation& invocation) {
  invocation.out += completion(invocation.value("shell"), commands());
  return Exit::ok;
}

}  // namespace forestall::cli
