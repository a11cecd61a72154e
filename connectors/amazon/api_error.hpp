// SPDX-License-Identifier: Apache-2.0
// What Amazon says in the body of a refusal. Pure.
#pragma once

#include <string>

#include "connectors/http/message.hpp"

namespace forestall::amazon {

// "InvalidInput: At least one of createdAfter and lastUpdatedAfter is required." of the first error in the
// body; empty where there is none. At most 160 bytes on one line.
std::string explain(const http::Response& response);

}  // namespace forestall::amazon
