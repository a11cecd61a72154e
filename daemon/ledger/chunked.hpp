// SPDX-License-Identifier: Apache-2.0
// Storage that grows without moving what it holds: a vector of millions that doubles would stop the event
// loop for as long as it copies.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

namespace forestall::ledger {

// Elements in chunks of 4096; references stay valid until clear(). Elements are value-initialised.
template <class T>
class Chunked {
 public:
  static constexpr std::size_t chunk = 4096;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t i) { return chunks_[i / chunk][i % chunk]; }
  const T& operator[](std::size_t i) const { return chunks_[i / chunk][i % chunk]; }
  const T& at(std::size_t i) const {
    if (i >= size_) throw std::out_of_range("no such element");
    return (*this)[i];
  }
  // Up to `size` elements; never fewer than before.
  void grow_to(std::size_t size) {
    while (chunks_.size() * chunk < size) chunks_.push_back(std::make_unique<T[]>(chunk));
    if (size > size_) size_ = size;
  }
  // Gives back the chunks beyond `size`: a table that is not wanted any more is freed in parts.
  void shrink_to(std::size_t size) {
    if (size >= size_) return;
    chunks_.resize((size + chunk - 1) / chunk);
    size_ = size;
  }
  T& push_back(T value) {
    grow_to(size_ + 1);
    return (*this)[size_ - 1] = std::move(value);
  }
  std::size_t bytes() const { return chunks_.size() * (chunk * sizeof(T) + sizeof(T*)); }

 private:
  std::vector<std::unique_ptr<T[]>> chunks_;
  std::size_t size_ = 0;
};

// Zeroed integers whose pages the system provides when they are first touched: std::vector would touch all of
// them at once, 8,000 page faults for a table of three million names.
template <class T>
class ZeroedArray {
 public:
  ZeroedArray() = default;
  explicit ZeroedArray(std::size_t size)
      : data_(static_cast<T*>(std::calloc(size, sizeof(T))), &std::free), size_(size) {
    if (size > 0 && !data_) throw std::bad_alloc();
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }

 private:
  std::unique_ptr<T, void (*)(void*)> data_{nullptr, &std::free};
  std::size_t size_ = 0;
};

}  // namespace forestall::ledger
