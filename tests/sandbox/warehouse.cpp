// SPDX-License-Identifier: Apache-2.0
// Writing the warehouse's files.
#include "tests/sandbox/warehouse.hpp"

#include <fmt/format.h>

#include <fstream>

#include "connectors/csv/reader.hpp"

namespace forestall::sandbox {

Status Warehouse::put(const std::string& name, const std::string& text) const {
  const auto hidden = folder_ / ("." + name + ".part"), shown = folder_ / name;
  std::ofstream file(hidden, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  std::error_code error;
  // Written and renamed within one tick of the kernel's clock, a rename could not be told from a write:
  // nobody exports that fast.
  if (file)
    std::filesystem::last_write_time(
        hidden, std::filesystem::file_time_type::clock::now() - std::chrono::seconds(1), error);
  if (file) std::filesystem::rename(hidden, shown, error);
  if (!file || error) return fail(ErrorCode::io, fmt::format("{}: cannot be written", shown.string()));
  return {};
}

Status Warehouse::write(const world::World& world, const std::vector<std::string>& skus) {
  next_ = world.now() + every_;
  std::string stock = "sku,on_hand,as_of\n", counts, failed;
  const std::string now = to_string(world.now());
  for (world::SkuIndex sku = 0; sku < skus.size(); ++sku)
    stock += fmt::format("{},{},{}\n", csv::quote_field(skus[sku]), world.book(sku), now);
  const auto events = world.stock_events(cursor_);
  cursor_ += events.size();
  for (const auto& event : events) {
    using world::StockCause;
    if (event.cause == StockCause::pick_failed)
      failed +=
          fmt::format("{},{},{}\n", csv::quote_field(skus[event.sku]), event.delta, to_string(event.at));
    else if (event.cause != StockCause::receipt)
      counts += fmt::format("{},{},{}\n", csv::quote_field(skus[event.sku]), event.book, to_string(event.at));
  }
  if (auto ok = put("stock.csv", stock); !ok) return ok;
  std::string stamp;
  for (const char c : now)
    if (c != ':' && c != '-') stamp.push_back(c);
  if (!counts.empty())
    if (auto ok = put("counts-" + stamp + ".csv", "sku,counted,as_of\n" + counts); !ok) return ok;
  if (!failed.empty()) return put("failed-picks-" + stamp + ".csv", "sku,units,as_of\n" + failed);
  return {};
}

}  // namespace forestall::sandbox
