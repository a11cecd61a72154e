// SPDX-License-Identifier: Apache-2.0
// Goes over the stock of every seller, a slice at a time: what will run short, and what is too much.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/alerting/emit/stock.hpp"
#include "daemon/alerting/inbox.hpp"
#include "daemon/app/context.hpp"
#include "daemon/flow/flow.hpp"
#include "daemon/guard/demand/demand_model.hpp"

namespace forestall::app {

class StockOutlook {
 public:
  explicit StockOutlook(Context& context) : context_(context) {}

  // Looks at some more SKUs, for no longer than a part of the loop's turn; at the end of a round tells all
  // that it found. Rounds begin an hour of the world apart. False: there was nothing to look at.
  bool look(alerting::Inbox& inbox, const flow::Seller& seller, const guard::DemandModel& model);
  // The record of this SKU came to be in doubt just now. A round lasts: what it saw first may be otherwise at
  // its end.
  void doubted(const flow::Seller& seller, std::string_view sku);

 private:
  struct Round {
    std::uint64_t generation = 0;  // of the mirror
    std::uint32_t next = 0;
    Instant begun{};
    bool done = true;
    std::vector<alerting::Alert> shortfalls{};
    std::set<std::string, std::less<>> suspects{};  // SKUs that were in doubt at some time of it
    std::vector<alerting::Excess> excess{};
    std::size_t excess_count = 0;
    long long excess_units = 0;
  };
  void look_at(Round& round, const flow::Seller& seller, const guard::DemandModel& model,
               std::uint32_t sku) const;
  static std::vector<alerting::Alert> suspects_of(const Round& round, const flow::Seller& seller);
  static void tell(Round& round, alerting::Inbox& inbox, const flow::Seller& seller);

  Context& context_;
  std::map<SellerId, Round> rounds_;
};

}  // namespace forestall::app
