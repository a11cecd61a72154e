// SPDX-License-Identifier: Apache-2.0
// The randomness port: jitter, sampling and seeds. Not for secrets: those come from OpenSSL.
#pragma once

#include <cstdint>
#include <random>

namespace forestall {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t bits() = 0;

  // Uniform in [0, 1).
  double unit() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
  // Uniform in [0, n); n > 0. Lemire's multiply-shift: the bias is below n / 2^64.
  std::uint64_t below(std::uint64_t n) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((Wide{bits()} * n) >> 64);
  }
};

// The same seed gives the same numbers on every machine.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t bits() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

// Seeded by the operating system.
class SystemRandom final : public Random {
 public:
  std::uint64_t bits() override { return engine_(); }

 private:
  static std::uint64_t seed() {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
  }
  std::mt19937_64 engine_{seed()};
};

}  // namespace forestall
