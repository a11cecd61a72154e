// SPDX-License-Identifier: Apache-2.0
#include "daemon/forecast_eval/series_file.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>

namespace forestall {
namespace {

static_assert(std::endian::native == std::endian::little, "series files are read as they lie");

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::size_t left() const { return bytes_.size(); }
  template <class T>
  bool read(T& value) {
    if (bytes_.size() < sizeof(T)) return false;
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return true;
  }

 private:
  std::string_view bytes_;
};

}  // namespace

Result<SeriesFile> parse_series(std::string_view bytes) {
  Reader reader(bytes);
  std::int32_t count = 0;
  SeriesFile file;
  if (!reader.read(count) || !reader.read(file.horizon))
    return fail(ErrorCode::parse, "shorter than its 8-byte head");
  if (file.horizon < 1 || file.horizon > 10'000) {
    return fail(ErrorCode::parse, fmt::format("horizon {} is not in 1..10000", file.horizon));
  }
  // Each series takes at least its length field.
  if (count < 0 || static_cast<std::size_t>(count) > reader.left() / sizeof(std::int32_t)) {
    return fail(ErrorCode::parse, fmt::format("{} series do not fit into {} bytes", count, reader.left()));
  }
  file.starts.reserve(static_cast<std::size_t>(count) + 1);
  file.starts.push_back(0);
  file.values.reserve(reader.left() / sizeof(float));
  for (std::int32_t i = 0; i < count; ++i) {
    std::int32_t length = 0;
    if (!reader.read(length)) return fail(ErrorCode::parse, fmt::format("series {}: no length", i + 1));
    if (length <= file.horizon) {
      return fail(ErrorCode::parse,
                  fmt::format("series {}: {} values, more than {} are needed", i + 1, length, file.horizon));
    }
    if (static_cast<std::size_t>(length) > reader.left() / sizeof(float)) {
      return fail(ErrorCode::parse, fmt::format("series {}: {} values do not fit into the {} bytes left",
                                                i + 1, length, reader.left()));
    }
    for (std::int32_t t = 0; t < length; ++t) {
      float value = 0;
      reader.read(value);
      if (!std::isfinite(value) || std::abs(value) > 1e9F) {
        return fail(ErrorCode::parse, fmt::format("series {}: value {} is {}", i + 1, t + 1, value));
      }
      file.values.push_back(value < 0 ? 0 : value);
    }
    file.starts.push_back(file.values.size());
  }
  if (reader.left() != 0)
    return fail(ErrorCode::parse, fmt::format("{} bytes after the last series", reader.left()));
  return file;
}

Result<std::vector<QuantileRow>> parse_quantiles(std::string_view text) {
  std::vector<QuantileRow> rows;
  std::size_t line_number = 0;
  while (!text.empty()) {
    ++line_number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    QuantileRow row{};
    for (std::size_t column = 0; column < row.size(); ++column) {
      const auto [rest, error] = std::from_chars(line.data(), line.data() + line.size(), row[column]);
      const bool last = column + 1 == row.size();
      line.remove_prefix(static_cast<std::size_t>(rest - line.data()));
      if (error != std::errc() || !std::isfinite(row[column]) ||
          (last ? !line.empty() : !line.starts_with(','))) {
        return fail(ErrorCode::parse, fmt::format("line {}: column {} of 18 is not a number followed by {}",
                                                  line_number, column + 1, last ? "the end" : "a comma"));
      }
      if (!last) line.remove_prefix(1);
    }
    rows.push_back(row);
  }
  return rows;
}

std::string format_quantiles(std::span<const QuantileRow> rows) {
  fmt::memory_buffer out;
  for (const QuantileRow& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      fmt::format_to(std::back_inserter(out), "{}{}", column == 0 ? "" : ",", row[column]);
    }
    out.push_back('\n');
  }
  return fmt::to_string(out);
}

Result<std::string> read_whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::io, path + ": cannot be opened");
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return fail(ErrorCode::io, path + ": cannot be read");
  return bytes;
}

Status write_whole_file(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.flush();
  if (!file) return fail(ErrorCode::io, path + ": cannot be written");
  return {};
}

}  // namespace forestall
