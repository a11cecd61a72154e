// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/forecasting/data_sets.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <tuple>
#include <unordered_map>

#include "tests/support/packed/packed_file.hpp"

namespace forestall::test {
namespace {

float number(std::string_view field) {
  float value = 0;
  std::from_chars(field.data(), field.data() + field.size(), value);
  return std::max(value, 0.0F);
}

int whole(std::string_view field) {
  int value = 0;
  std::from_chars(field.data(), field.data() + field.size(), value);
  return value;
}

// Calls with the fields of every line but the first.
template <class Each>
void each_line(std::string_view text, Each&& each) {
  std::vector<std::string_view> fields;
  bool head = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && !head) {
      split_csv(line, fields);
      each(fields);
    }
    head = false;
  }
}

}  // namespace

std::filesystem::path data_folder(const char* source_dir) {
  return std::filesystem::path(source_dir) / ".." / "shared" / "data";
}

void split_csv(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  while (true) {
    if (line.starts_with('"')) {
      std::size_t end = 1;
      while (end < line.size() && (line[end] != '"' || (end + 1 < line.size() && line[end + 1] == '"'))) {
        end += line[end] == '"' ? 2 : 1;
      }
      fields.push_back(line.substr(1, std::min(end, line.size()) - 1));
      line.remove_prefix(std::min(end + 1, line.size()));
    } else {
      const std::size_t end = std::min(line.find(','), line.size());
      fields.push_back(line.substr(0, end));
      line.remove_prefix(end);
    }
    if (!line.starts_with(',')) return;
    line.remove_prefix(1);
  }
}

Result<SeriesSet> load_m5_tiny(const std::filesystem::path& folder) {
  const auto text = read_packed(folder / "m5_tiny" / "m5_tiny_28items_10stores_daily.csv.gz");
  if (!text) return std::unexpected(text.error());
  SeriesSet out;
  std::string last;
  each_line(*text, [&](const std::vector<std::string_view>& f) {
    if (f.size() < 5) return;
    std::string key = std::string(f[0]) + '/' + std::string(f[2]);
    if (key != last) {
      out.emplace_back();
      last = std::move(key);
    }
    out.back().push_back(number(f[4]));
  });
  return out;
}

Result<SeriesSet> load_oil(const std::filesystem::path& folder) {
  const auto text = read_packed(folder / "intermittent" / "oil_14523x56_monthly_latest_first.csv.gz");
  if (!text) return std::unexpected(text.error());
  SeriesSet out;
  each_line(*text, [&](const std::vector<std::string_view>& f) {
    std::vector<float> series;
    for (std::size_t i = f.size(); i-- > 2;) series.push_back(number(f[i]));
    out.push_back(std::move(series));
  });
  return out;
}

SeriesSet parse_carparts(std::string_view csv) {
  SeriesSet out;
  each_line(csv, [&](const std::vector<std::string_view>& f) {
    out.emplace_back();
    for (std::size_t i = 1; i < f.size(); ++i) out.back().push_back(number(f[i]));
  });
  return out;
}

Result<Masked> load_vn2(const std::filesystem::path& folder) {
  const auto sales = read_packed(folder / "vn2" / "vn2_sales_weekly.csv.gz");
  if (!sales) return std::unexpected(sales.error());
  const auto stock = read_packed(folder / "vn2" / "vn2_in_stock_weekly.csv.gz");
  if (!stock) return std::unexpected(stock.error());
  Masked out;
  each_line(*sales, [&](const std::vector<std::string_view>& f) {
    std::vector<float> series;
    for (std::size_t i = 2; i < f.size(); ++i) series.push_back(number(f[i]));
    out.units.push_back(std::move(series));
  });
  each_line(*stock, [&](const std::vector<std::string_view>& f) {
    std::vector<bool> series;
    for (std::size_t i = 2; i < f.size(); ++i) series.push_back(f[i] == "True");
    out.in_stock.push_back(std::move(series));
  });
  for (std::size_t i = 0; i < out.units.size() && i < out.in_stock.size(); ++i) {
    out.in_stock[i].resize(out.units[i].size(), true);
  }
  if (out.units.size() != out.in_stock.size())
    return fail(ErrorCode::parse, "vn2: sales and stock differ in rows");
  return out;
}

Result<Masked> load_freshretail(const std::filesystem::path& folder, std::size_t most_series) {
  const auto text = read_packed(folder / "freshretail" / "freshretail_hourly_2000series.csv.xz");
  if (!text) return std::unexpected(text.error());
  Masked out;
  std::string last;
  each_line(*text, [&](const std::vector<std::string_view>& f) {
    if (f.size() < 9) return;
    if (f[0] != last) {
      if (out.units.size() >= most_series) return;
      out.units.emplace_back();
      out.in_stock.emplace_back();
      last = f[0];
    }
    std::string_view hours = f[7];
    for (std::size_t hour = 0; hour < 24; ++hour) {
      const std::size_t end = std::min(hours.find('|'), hours.size());
      // Sales are scaled; almost all are multiples of 10 / 100, taken as one unit.
      out.units.back().push_back(number(hours.substr(0, end)) / 10);
      hours.remove_prefix(std::min(end + 1, hours.size()));
      out.in_stock.back().push_back(hour >= f[8].size() || f[8][hour] != '1');
    }
  });
  return out;
}

Result<std::vector<OrderLine>> load_online_retail(const std::filesystem::path& folder, std::size_t& skus) {
  const auto text = read_packed(folder / "online_retail" / "online_retail_to_2011-08.csv.gz");
  if (!text) return std::unexpected(text.error());
  std::vector<OrderLine> out;
  std::unordered_map<std::string, std::uint32_t> ids;
  each_line(*text, [&](const std::vector<std::string_view>& f) {
    if (f.size() < 6 || f[0].starts_with('C') || f[4].size() < 16) return;
    const int units = whole(f[3]);
    if (units <= 0 || f[5] == "0.00" || f[5] == "0.0" || f[5] == "0") return;  // write-offs and corrections
    const std::string_view t = f[4];                                           // 2010-12-01 08:26
    const std::chrono::year_month_day day{std::chrono::year(whole(t.substr(0, 4))),
                                          std::chrono::month(static_cast<unsigned>(whole(t.substr(5, 2)))),
                                          std::chrono::day(static_cast<unsigned>(whole(t.substr(8, 2))))};
    const std::int64_t days = std::chrono::sys_days(day).time_since_epoch().count();
    const std::int64_t seconds = days * 86'400 + whole(t.substr(11, 2)) * 3600 + whole(t.substr(14, 2)) * 60;
    const auto [at, added] = ids.try_emplace(std::string(f[1]), static_cast<std::uint32_t>(ids.size()));
    out.push_back({at->second, seconds, units});
  });
  std::ranges::sort(out, {},
                    [](const OrderLine& line) { return std::tuple(line.seconds, line.sku, line.units); });
  skus = ids.size();
  return out;
}

}  // namespace forestall::test
