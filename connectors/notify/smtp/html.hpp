// SPDX-License-Identifier: Apache-2.0
// A notice as HTML that a phone shows without zooming: one column, no tables, no images, nothing loaded.
// Pure.
#pragma once

#include <string>

#include "connectors/ports/notifier.hpp"

namespace forestall::notify::smtp {

std::string html_of(const ports::Notice& notice);

}  // namespace forestall::notify::smtp
