// SPDX-License-Identifier: Apache-2.0
// One seller's ledger: opens it, has its listings mapped, keeps its lease, sweeps what is closed, lets go at
// the end.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "config/settings/settings.hpp"
#include "daemon/app/context.hpp"
#include "daemon/app/mapping_keeper.hpp"
#include "daemon/app/rebuild_job.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/ledger/ledger.hpp"
#include "daemon/metrics/redis_families.hpp"

namespace forestall::app {

// The feeds of a seller as the ledger takes them.
std::vector<ledger::Feed> feeds_of(const config::Settings& settings, const SellerId& seller);

class LedgerKeeper {
 public:
  // `seller` is the seller's row in the flow: the keeper puts its ledger there, and says when it is open.
  LedgerKeeper(Context& context, redis::Client& client, flow::Flow& flow, flow::Seller& seller);

  // Until cancelled: open (again), then renew the lease and sweep.
  boost::asio::awaitable<void> run();
  // Lets go of the lease, so that another daemon need not wait for it to run out.
  boost::asio::awaitable<void> close();

  // Takes over the settings of the seller, and reads the mapping file again.
  void reload(const config::SellerSettings& settings);

  const SellerId& seller() const { return row_.settings.id; }
  bool is_open() const { return row_.open; }
  ledger::Ledger& ledger() { return ledger_; }
  const MappingKeeper& mapping() const { return mapping_; }
  RebuildJob& rebuild() { return rebuild_; }
  metrics::LedgerFigures figures() const;

 private:
  boost::asio::awaitable<Status> open();
  boost::asio::awaitable<Status> open_and_map();
  boost::asio::awaitable<Status> renew();
  boost::asio::awaitable<Status> hold();
  boost::asio::awaitable<void> look_after();
  boost::asio::awaitable<void> sweep();

  Context& context_;
  flow::Flow& flow_;
  flow::Seller& row_;
  Logger log_;
  ledger::Ledger ledger_;
  MappingKeeper mapping_;
  RebuildJob rebuild_;
  Conditions::Row& ready_;
  metrics::LedgerFigures figures_;
  // While the ledger is not open, and until everybody knows: a world in lock-step stands still.
  std::optional<timing::Activity::Share> opening_;
};

}  // namespace forestall::app
