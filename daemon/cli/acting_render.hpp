// SPDX-License-Identifier: Apache-2.0
// Answers about decisions and intents as tables for people. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "daemon/cli/answer.hpp"
#include "daemon/cli/render.hpp"

namespace forestall::cli {

std::string render_explained(const boost::json::object& answer, const Terminal& terminal);
std::string render_done(const boost::json::object& answer, const Terminal& terminal);
std::string render_desks(const boost::json::object& answer, const Terminal& terminal);
std::string render_intents(const boost::json::object& answer, const Terminal& terminal);
std::string render_history(const boost::json::object& answer, const Terminal& terminal);

}  // namespace forestall::cli
