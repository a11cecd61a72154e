// SPDX-License-Identifier: Apache-2.0
// The one table of everything that can be connected: kind -> factory. Nothing registers itself.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "config/settings/account.hpp"
#include "config/settings/carrier.hpp"
#include "config/settings/notify.hpp"
#include "config/settings/stock.hpp"
#include "connectors/ports/carrier.hpp"
#include "connectors/ports/context.hpp"
#include "connectors/ports/marketplace.hpp"
#include "connectors/ports/notifier.hpp"
#include "connectors/ports/stock_source.hpp"

namespace forestall::connectors {

// `kind` as the configuration writes it. A factory checks what the schema cannot (a marketplace id that the
// channel does not have) and answers invalid_argument naming the key; it makes no call.
template <class Port, class Settings>
struct Kind {
  std::string_view kind;
  Result<std::unique_ptr<Port>> (*make)(const Settings& settings, const ports::Context& context);
};

using MarketplaceKind = Kind<ports::Marketplace, config::AccountSettings>;
using StockKind = Kind<ports::StockSource, config::StockSettings>;
using CarrierKind = Kind<ports::Carrier, config::CarrierSettings>;
using NotifierKind = Kind<ports::Notifier, config::NotifySettings>;

struct Registry {
  std::span<const MarketplaceKind> marketplaces;
  std::span<const StockKind> stock_sources;
  std::span<const CarrierKind> carriers;
  std::span<const NotifierKind> notifiers;
};

// What this build holds.
const Registry& registry();

// Makes the connector of one section; unsupported where no connector of its kind is built in.
Result<std::unique_ptr<ports::Marketplace>> make(const Registry& from,
                                                 const config::AccountSettings& settings,
                                                 const ports::Context& context);
Result<std::unique_ptr<ports::StockSource>> make(const Registry& from, const config::StockSettings& settings,
                                                 const ports::Context& context);
Result<std::unique_ptr<ports::Carrier>> make(const Registry& from, const config::CarrierSettings& settings,
                                             const ports::Context& context);
Result<std::unique_ptr<ports::Notifier>> make(const Registry& from, const config::NotifySettings& settings,
                                              const ports::Context& context);

}  // namespace forestall::connectors
