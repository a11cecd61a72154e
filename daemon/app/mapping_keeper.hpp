// SPDX-License-Identifier: Apache-2.0
// The mapping of one seller's listings: reads the file, sends the ledger what differs, and says which
// listings nobody can attribute.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "connectors/mapping/mapping.hpp"
#include "daemon/app/context.hpp"
#include "daemon/flow/flow.hpp"

namespace forestall::app {

class MappingKeeper {
 public:
  MappingKeeper(Context& context, flow::Flow& flow, flow::Seller& seller, Logger log);

  // Reads the file and makes the ledger agree with it and with equal text; open orders follow. A file that
  // cannot be read, or has rows whose listing cannot be read, changes nothing: what is stored stays in force.
  // Errors are those of the ledger.
  boost::asio::awaitable<Status> pass();
  // Until cancelled, while the ledger is open: another pass when one is wanted, closed orders after changes.
  boost::asio::awaitable<void> run();
  // The file is to be read again.
  void reload();
  // Looks whether something is left to do; called every few seconds.
  void tick();
  void closed();  // the ledger was closed, or lost

  // GET /api/v1/sellers/{seller}/mapping
  boost::asio::awaitable<web::Response> show(std::size_t limit) const;
  bool refused() const { return !refused_.empty(); }

 private:
  struct Unattributed {
    std::string account;
    std::string listing;
    std::string reason;
  };
  struct Read {
    std::string file;  // empty: none is configured
    Instant at;
    std::size_t listings = 0;
    std::uint64_t rows = 0;
    std::uint64_t problem_count = 0;
    std::vector<mapping::RowProblem> problems{};  // the first of them
  };

  boost::asio::awaitable<Result<mapping::MappingFile>> read();
  boost::asio::awaitable<Result<std::size_t>> send(mapping::Mapping& file);
  boost::asio::awaitable<Status> send_batch(std::vector<ledger::Mapping>& batch, std::size_t& sent);
  boost::asio::awaitable<std::vector<Unattributed>> unmapped(std::size_t limit) const;
  void report_ambiguous() const;
  boost::asio::awaitable<void> report_unmapped();
  Status refuse(const Error& reason);

  Context& context_;
  flow::Flow& flow_;
  flow::Seller& row_;
  Logger log_;
  Conditions::Row& in_force_;
  std::optional<Read> read_;
  std::string refused_;              // why the file is not the one in force; empty where it is
  boost::asio::steady_timer woken_;  // never expires; cancelled to wake run()
  bool reload_wanted_ = false;
  Monotonic follow_at_{};
  std::size_t seen_unmapped_ = 0;      // at the last tick
  std::size_t reported_unmapped_ = 0;  // in the last report
};

}  // namespace forestall::app
