// SPDX-License-Identifier: Apache-2.0
#include "daemon/metrics/page.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <map>
#include <sstream>
#include <stdexcept>

namespace forestall::metrics {

struct Page::Impl {
  // The samples of one name must stand together; names keep the order of their first appearance.
  prometheus::ClientMetric& add(std::string_view name, std::string_view help, prometheus::MetricType type,
                                Labels labels) {
    const auto [found, is_new] = index.try_emplace(std::string(name), families.size());
    if (is_new) families.push_back({std::string(name), std::string(help), type, {}});
    auto& family = families[found->second];
    if (family.type != type || family.help != help)
      throw std::logic_error("two kinds of metric are called " + family.name);
    auto& metric = family.metric.emplace_back();
    for (const auto& [key, value] : labels) metric.label.push_back({std::string(key), std::string(value)});
    return metric;
  }

  std::map<std::string, std::size_t> index;
  std::vector<prometheus::MetricFamily> families;
};

Page::Page() : impl_(std::make_unique<Impl>()) {}
Page::~Page() = default;
Page::Page(Page&&) noexcept = default;
Page& Page::operator=(Page&&) noexcept = default;

void Page::counter(std::string_view name, std::string_view help, double value, Labels labels) {
  impl_->add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void Page::gauge(std::string_view name, std::string_view help, double value, Labels labels) {
  impl_->add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

void Page::histogram(std::string_view name, std::string_view help, const HistogramSample& sample,
                     Labels labels) {
  if (sample.counts.size() != sample.bounds.size() + 1)
    throw std::logic_error("a histogram needs one more count than bounds");
  auto& histogram = impl_->add(name, help, prometheus::MetricType::Histogram, labels).histogram;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < sample.counts.size(); ++i) {
    total += sample.counts[i];
    const bool last = i == sample.bounds.size();
    histogram.bucket.push_back({total, last ? std::numeric_limits<double>::infinity() : sample.bounds[i]});
  }
  histogram.sample_count = total;
  histogram.sample_sum = sample.sum;
}

std::string Page::text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, impl_->families);
  return std::move(out).str();
}

std::string Registry::text() const {
  Page page;
  for (const auto& collect : collectors_) collect(page);
  return page.text();
}

}  // namespace forestall::metrics
