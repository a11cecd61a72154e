// SPDX-License-Identifier: Apache-2.0
// A notice as Slack's incoming webhooks take it (Block Kit). Pure.
#pragma once

#include <string>
#include <string_view>

#include "connectors/ports/notifier.hpp"

namespace forestall::notify::slack {

// &, < and > are Slack's own: escaped, a SKU called "<!channel>" calls nobody.
std::string escape(std::string_view text);

// A headline, what to do first, then a section an item. Within Slack's limits: 50 blocks, 3000 characters a
// text, 150 a headline.
std::string body_of(const ports::Notice& notice);

}  // namespace forestall::notify::slack
