// SPDX-License-Identifier: Apache-2.0
#include "connectors/registry/registry.hpp"

#include <array>

#include "connectors/amazon/connector.hpp"
#include "connectors/carriers/easypost/easypost.hpp"
#include "connectors/carriers/fedex/fedex.hpp"
#include "connectors/carriers/ups/ups.hpp"
#include "connectors/notify/alertmanager/alertmanager.hpp"
#include "connectors/notify/slack/slack.hpp"
#include "connectors/notify/smtp/smtp.hpp"
#include "connectors/notify/webhook/webhook.hpp"
#include "connectors/stock/csv/source.hpp"

namespace forestall::connectors {

// The table. A connector is one line: {"amazon", &amazon::make_marketplace}.
const Registry& registry() {
  static constexpr std::array marketplaces{MarketplaceKind{"amazon", &amazon::make_marketplace}};
  static constexpr std::array stock_sources{StockKind{"csv", &stock_csv::make_stock_source}};
  static constexpr std::array carriers{CarrierKind{"easypost", &carriers::easypost::make_carrier},
                                       CarrierKind{"fedex", &carriers::fedex::make_carrier},
                                       CarrierKind{"ups", &carriers::ups::make_carrier}};
  static constexpr std::array notifiers{NotifierKind{"alertmanager", &notify::alertmanager::make_notifier},
                                        NotifierKind{"slack", &notify::slack::make_notifier},
                                        NotifierKind{"smtp", &notify::smtp::make_notifier},
                                        NotifierKind{"webhook", &notify::webhook::make_notifier}};
  static constexpr Registry all{
      .marketplaces = marketplaces,
      .stock_sources = stock_sources,
      .carriers = carriers,
      .notifiers = notifiers,
  };
  return all;
}

}  // namespace forestall::connectors
