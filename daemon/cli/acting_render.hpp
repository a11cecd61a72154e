// SPDX-License-Identifier: Apache-2.0
// Answers about decisions and intents as tables for people. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/render.hpp"

namespace forestall::cli {

// Members of an answer that somebody else wrote: "" or none where they are not what is expected.
std::string text(const boost::json::object& object, std::string_view key);
std::vector<boost::json::object> rows(const boost::json::object& object, std::string_view key);

std::string render_explained(const boost::json::object& answer, const Terminal& terminal);
std::string render_done(const boost::json::object& answer, const Terminal& terminal);
std::string render_desks(const boost::json::object& answer, const Terminal& terminal);
std::string render_intents(const boost::json::object& answer, const Terminal& terminal);
std::string render_history(const boost::json::object& answer, const Terminal& terminal);

}  // namespace forestall::cli
