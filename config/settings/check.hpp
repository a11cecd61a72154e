// SPDX-License-Identifier: Apache-2.0
// What concerns more than one key: defaults that follow from others, ids, references, conflicts.
#pragma once

#include "config/settings/document.hpp"
#include "config/settings/report.hpp"
#include "config/settings/settings.hpp"

namespace forestall::config {

// Fills in what was left out and follows from something else: Redis' folder, an account's currency.
void complete(Settings& settings);

// `root` is what `settings` was read from: row i of a table there is row i here.
void check(const Settings& settings, const Node& root, Report& report);

}  // namespace forestall::config
