// SPDX-License-Identifier: Apache-2.0
// Little-endian bytes of the parcel models, written and read back under suspicion.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "forecasting/belief_codec.hpp"
#include "forecasting/error.hpp"

namespace forestall::forecasting::parcel_bytes {

// kind and version come first, a CRC-32 of everything before it last.
class Writer {
 public:
  Writer(std::uint8_t kind, std::uint8_t version) : out_{kind, version} {}
  void number(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void u32(std::size_t value) { number(value, 4); }
  void i32(std::int32_t value) { number(static_cast<std::uint32_t>(value), 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  void f32(float value) { number(std::bit_cast<std::uint32_t>(value), 4); }
  void f64(double value) { number(std::bit_cast<std::uint64_t>(value), 8); }
  std::vector<std::uint8_t> seal() {
    u32(crc32(out_));
    return std::move(out_);
  }

 private:
  std::vector<std::uint8_t> out_;
};

// After the first thing that cannot be, everything reads as zero and ok() is false.
class Reader {
 public:
  // damaged: the checksum; unsupported: the checksum holds and the version is newer; then `data` is not read.
  static Expected<Reader> open(std::span<const std::uint8_t> data, std::uint8_t kind, std::uint8_t version) {
    if (data.size() < 6) return std::unexpected(ForecastError::damaged);
    const auto body = data.first(data.size() - 4);
    Reader tail(data.last(4));
    if (tail.number(4) != crc32(body) || body[0] != kind) return std::unexpected(ForecastError::damaged);
    if (body[1] > version) return std::unexpected(ForecastError::unsupported);
    if (body[1] == 0) return std::unexpected(ForecastError::damaged);
    return Reader(body.subspan(2));
  }

  std::uint64_t number(int bytes) {
    if (left_.size() < static_cast<std::size_t>(bytes)) {
      ok_ = false;
      left_ = {};
      return 0;
    }
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= std::uint64_t{left_[static_cast<std::size_t>(i)]} << (8 * i);
    left_ = left_.subspan(static_cast<std::size_t>(bytes));
    return value;
  }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
  std::uint64_t u64() { return number(8); }
  // A count of records of at least `each` bytes that can still follow.
  std::size_t count(std::size_t each, std::size_t most) {
    const std::size_t n = u32();
    if (n > most || n * each > left_.size()) refuse();
    return ok_ ? n : 0;
  }
  // Finite and within [least, most].
  double f64(double least, double most) { return within(std::bit_cast<double>(u64()), least, most); }
  float f32(float least, float most) {
    return static_cast<float>(within(static_cast<double>(std::bit_cast<float>(u32())),
                                     static_cast<double>(least), static_cast<double>(most)));
  }
  void refuse() {
    ok_ = false;
    left_ = {};
  }
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && left_.empty(); }

 private:
  explicit Reader(std::span<const std::uint8_t> left) : left_(left) {}
  double within(double value, double least, double most) {
    if (std::isfinite(value) && value >= least && value <= most) return value;
    refuse();
    return least;
  }
  std::span<const std::uint8_t> left_;
  bool ok_ = true;
};

// Days between 1900 and 2200.
inline constexpr std::int32_t first_day = -25'567;
inline constexpr std::int32_t last_day = 84'006;

}  // namespace forestall::forecasting::parcel_bytes
