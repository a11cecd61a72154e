// SPDX-License-Identifier: Apache-2.0
// The rules for metrics, applied to the text of a scrape (Prometheus' naming and instrumentation practices).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace forestall::test {

// What breaks a rule, one line each; empty for a clean page. The rules: prefix forestall_ (process_ for the
// standard ones); base units; _total on counters and nowhere else; timestamps, not ages; help and type for
// every family; only labels from a short list of bounded ones (never a SKU, an order, a listing, an address);
// no series twice; at most a hundred series a family; histograms complete.
std::vector<std::string> lint_metrics(std::string_view page);

}  // namespace forestall::test
