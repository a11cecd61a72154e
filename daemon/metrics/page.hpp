// SPDX-License-Identifier: Apache-2.0
// What one scrape shows: families of samples, as text for Prometheus. Rooms keep plain numbers and know none
// of this.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forestall::metrics {

// Names and values; never a SKU, an order, a listing, an address or anything else without a small bound.
using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// Counts per bucket (not cumulative), one more than bounds: the last holds what lies above all of them.
struct HistogramSample {
  std::span<const double> bounds;
  std::span<const std::uint64_t> counts;
  double sum = 0;
};

// Samples of one name may come from several calls with different labels. The same name as another type or
// with other help is a programming error (std::logic_error).
class Page {
 public:
  Page();
  ~Page();
  Page(Page&&) noexcept;
  Page& operator=(Page&&) noexcept;

  void counter(std::string_view name, std::string_view help, double value, Labels labels = {});
  void gauge(std::string_view name, std::string_view help, double value, Labels labels = {});
  void histogram(std::string_view name, std::string_view help, const HistogramSample& sample,
                 Labels labels = {});
  void counter(std::string_view name, std::string_view help, std::uint64_t value, Labels labels = {}) {
    counter(name, help, static_cast<double>(value), labels);
  }
  void gauge(std::string_view name, std::string_view help, std::uint64_t value, Labels labels = {}) {
    gauge(name, help, static_cast<double>(value), labels);
  }

  std::string text() const;  // the text exposition format, version 0.0.4

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

inline constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

// Who puts what on the page. Each part of the daemon adds one collector when it is composed; it is called at
// every scrape, on the loop, and must be quick: it copies numbers.
class Registry {
 public:
  void add(std::function<void(Page&)> collector) { collectors_.push_back(std::move(collector)); }
  std::string text() const;

 private:
  std::vector<std::function<void(Page&)>> collectors_;
};

}  // namespace forestall::metrics
