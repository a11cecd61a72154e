// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/reload.hpp"

#include "config/settings/diff.hpp"
#include "config/settings/load.hpp"

namespace forestall::app {

bool reload(Context& context, const Parts& parts, const std::string& file,
            const std::filesystem::path& credentials_directory) {
  const auto wanted = config::load(file, {.credentials_directory = credentials_directory});
  if (!wanted) {
    for (const auto& problem : wanted.error())
      context.log.error("configuration_refused", {{"problem", config::to_string(problem)}});
    context.log.error(
        "reload_failed",
        {{"file", file}, {"problems", wanted.error().size()}, {"consequence", "nothing changed"}});
    return false;
  }
  const auto plan = config::plan_reload(context.settings, *wanted);
  context.settings = plan.next;
  for (const auto& part : parts)
    if (part.reload) part.reload(context.settings);
  for (const auto& change : plan.applied)
    context.log.notice("reloaded", {{"change", config::to_string(change)}});
  for (const auto& change : plan.needs_restart)
    context.log.warning("restart_needed", {{"change", config::to_string(change)}});
  context.log.notice("reload_done",
                     {{"applied", plan.applied.size()}, {"need_restart", plan.needs_restart.size()}});
  return plan.needs_restart.empty();
}

}  // namespace forestall::app
