// SPDX-License-Identifier: Apache-2.0
// Our forecast of a set of series: learned on the training parts, quantiles of the first test step and of the
// window.
#pragma once

#include <vector>

#include "daemon/forecast_eval/series_file.hpp"

namespace forestall {

// period = steps of a season (7 for days of a week, 12 for months), 1 for none.
Result<std::vector<QuantileRow>> forecast_quantiles(const SeriesFile& file, int period);

}  // namespace forestall
