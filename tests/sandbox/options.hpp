// SPDX-License-Identifier: Apache-2.0
// What the command line can say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/time.hpp"
#include "tests/sandbox/carrier/parcel_story.hpp"

namespace forestall::sandbox {

struct Options {
  std::uint16_t port = 0;  // 0: a free one, printed
  std::uint64_t seed = 1;
  std::string orders{};  // a file; empty: generated shoppers
  bool whole_quantities = false;
  std::uint32_t skus = 500;      // generated
  double lines_per_sku_day = 2;  // generated
  int days = 60;                 // generated, after the 28 days of history
  int accounts = 2;
  std::vector<double> shares{};  // of the orders, one an account; empty: .60/.40, .60/.25/.15 for three
  int fba = 20;                  // FBA items an account, beside the shared stock
  double speed = 1;
  bool lock_step = false;
  std::optional<Instant> start{};  // virtual; the demand is moved to it by whole days
  Millis visible_after = std::chrono::minutes{2};
  Millis live_after = std::chrono::minutes{8};
  Millis countdown_after{0};  // a channel lowers its own quantity so late; 0: atomically
  bool restores_on_cancel = false;
  double pending_share = 0.05;
  double pending_dies = 0.02;
  double withdrawn_share = 0.02;
  Millis pick_after = std::chrono::hours{4};
  double cancel_requests = 0;  // of orders, whose buyers ask to cancel and wait for an answer
  FateShares fates{.stuck = 0.01, .lost = 0.004, .never_scanned = 0.004, .returned = 0.01};  // of parcels
  Millis trouble_after{0};  // labels before start + this move as usual
  double loss_rate = 0;
  Millis lead_time = std::chrono::days{10};  // of the warehouse's orders to its suppliers
  Millis cover = std::chrono::days{21};      // that one such order is for
  std::string warehouse{};                   // a folder for stock files; empty: none
  Millis stock_every = std::chrono::minutes{15};
  Millis seller_sync{0};             // the seller's own tool shows book stock so often; 0: nobody does
  int buffer = 0;                    // less so many units
  std::string configure{};           // a folder for a daemon's configuration; empty: none
  std::uint16_t daemon_port = 9464;  // of that daemon's API
  std::string daemon_mode = "guard";
  Millis report{0};                          // a line for people so often in real time; 0: none
  Millis beside = std::chrono::minutes{15};  // the report compares with a plain tool that looks so often

  std::vector<double> account_shares() const;
};

// Prints help or the fault itself and returns the exit code where there is nothing to run.
std::expected<Options, int> read_options(int argc, char** argv);

}  // namespace forestall::sandbox
