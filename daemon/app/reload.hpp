// SPDX-License-Identifier: Apache-2.0
// SIGHUP: reads the configuration again, puts in force what can be, and names in the log what could not.
#pragma once

#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"

namespace forestall::app {

// A file that is wrong changes nothing: every problem is logged and the settings in force stay. True when all
// that differs came into force.
bool reload(Context& context, const Parts& parts, const std::string& file,
            const std::filesystem::path& credentials_directory);

}  // namespace forestall::app
