// SPDX-License-Identifier: Apache-2.0
// What a decision about one listing is made from: values, gathered by daemon/acting from the ledger's mirror,
// the journal and the settings. Whoever decides sees nothing else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/time.hpp"
#include "config/base/units.hpp"
#include "config/settings/account.hpp"
#include "connectors/model/listing.hpp"
#include "connectors/model/stock.hpp"
#include "daemon/guard/hold.hpp"
#include "daemon/guard/planner/plan.hpp"

namespace forestall::guard {

// One component of a listing, as the books have it in the listing's pool.
struct ComponentFacts {
  SkuId sku{};
  Units units{1};  // of the SKU in one unit of the listing, > 0
  model::Certainty certainty = model::Certainty::unknown;
  Units available{};  // meaningless where certainty is unknown
  // What the belief about the shelf supports of it: S_e. Absent: the books are believed.
  std::optional<Units> believed{};
  double plenty_bias = 0;  // forecasting::StockTerms
  Units committed{};       // by orders; `available` has already been lowered by it
  Units reserve{};         // what `available` has already been lowered by
  bool stale = false;      // nobody has said anything for longer than the source promised
  Instant as_of{};         // of the oldest reading in it
  // Where more is tied together than is decided at once: a SKU that other decisions divide. `bound`: it is
  // plenty there, and limits the listing, no more. `split`: it is scarce, and the listings that are not
  // decided here may still sell `elsewhere` units of it.
  enum class Share : std::uint8_t { here, bound, split };
  Share share = Share::here;
  Units elsewhere{};
};

struct ListingFacts {
  AccountId account{};
  ListingId listing{};
  model::Pool pool = model::Pool::own;
  std::vector<ComponentFacts> components{};  // empty: unmapped
  // What buyers are thought to see now: the last reading or the open intent's target, less the sales seen
  // since. Absent: nobody ever read it.
  std::optional<Units> shown{};
  model::ListingActivity activity = model::ListingActivity::unknown;
  // The journal says that its present zero or off is ours (we paused it, or saw it sell out).
  bool zero_is_ours = false;
  std::optional<Hold> hold{};
  Units cap{100};
  config::Writes writes = config::Writes::all;
  Units buffer{};  // [[seller]] reserve

  // For the planner. `offer`: demand, money, exposure, the best way of writing; its components, limits and
  // permissions are filled in from the facts above by whoever decides.
  planner::OfferFacts offer{};
  // The exposure is taken from a reading that orders not seen yet may still explain: good for lowering, not
  // for counting what the other listings may show.
  bool provisional = false;
  // A reading of what is shown now waits for the order watermark: another one would say nothing new.
  bool reading_waits = false;
  // Its account is in another mode than the others of the SKU: it holds what it shows.
  bool pinned = false;
  // So many listings or more are tied together, which is more than are decided at once; 0: they are not.
  std::size_t tied = 0;
  // Then: another SKU of it decides. Here it holds what it shows, and what is said of it is not carried out.
  bool elsewhere = false;
};

}  // namespace forestall::guard
