// SPDX-License-Identifier: Apache-2.0
// Room for up to N values on the stack, of which only those added are written: an array of values with
// defaults would write all N, which for most problems (three listings of sixteen) is most of the work.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace forestall::forecasting {

template <class T, std::size_t N>
class Slots {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  // Leaves the bytes alone: that is what it is for.
  Slots() {}  // NOLINT(modernize-use-equals-default)

  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }
  // No more than N: whoever adds has checked.
  T& add(const T& value = {}) { return *std::construct_at(at(size_++), value); }
  T& operator[](std::size_t i) { return *std::launder(at(i)); }
  const T& operator[](std::size_t i) const { return *std::launder(at(i)); }
  std::span<T> all() { return {std::launder(at(0)), size_}; }
  std::span<const T> all() const { return {std::launder(at(0)), size_}; }

 private:
  T* at(std::size_t i) { return reinterpret_cast<T*>(bytes_.data()) + i; }
  const T* at(std::size_t i) const { return reinterpret_cast<const T*>(bytes_.data()) + i; }

  alignas(T) std::array<std::byte, N * sizeof(T)> bytes_;
  std::size_t size_ = 0;
};

}  // namespace forestall::forecasting
