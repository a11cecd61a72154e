// SPDX-License-Identifier: Apache-2.0
// Finding a factory. Apart from the table, so that a trial may bring a table of its own.
#include <fmt/format.h>

#include <algorithm>

#include "config/base/text.hpp"
#include "connectors/registry/registry.hpp"

namespace forestall::connectors {
namespace {

template <class Port, class Settings>
Result<std::unique_ptr<Port>> make_of(std::span<const Kind<Port, Settings>> kinds, std::string_view section,
                                      const Settings& settings, const ports::Context& context) {
  const auto found = std::ranges::find(kinds, settings.kind, &Kind<Port, Settings>::kind);
  if (found != kinds.end()) return found->make(settings, context);
  return fail(ErrorCode::unsupported, fmt::format("{}: this build has no connector of kind \"{}\"", section,
                                                  printable(settings.kind, 40)));
}

}  // namespace

Result<std::unique_ptr<ports::Marketplace>> make(const Registry& from,
                                                 const config::AccountSettings& settings,
                                                 const ports::Context& context) {
  return make_of(from.marketplaces, "account", settings, context);
}
Result<std::unique_ptr<ports::StockSource>> make(const Registry& from, const config::StockSettings& settings,
                                                 const ports::Context& context) {
  return make_of(from.stock_sources, "stock", settings, context);
}
Result<std::unique_ptr<ports::Carrier>> make(const Registry& from, const config::CarrierSettings& settings,
                                             const ports::Context& context) {
  return make_of(from.carriers, "carrier", settings, context);
}
Result<std::unique_ptr<ports::Notifier>> make(const Registry& from, const config::NotifySettings& settings,
                                              const ports::Context& context) {
  return make_of(from.notifiers, "notify", settings, context);
}

}  // namespace forestall::connectors
