// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/credential_figures.hpp"

#include <chrono>

#include "config/base/time.hpp"

namespace forestall::app {

void add_credential_figures(Context& context) {
  context.metrics.add([&context](metrics::Page& page) {
    for (const auto& account : context.settings.accounts) {
      if (!account.secret_expires) continue;
      const auto day = parse_civil_date(*account.secret_expires);
      if (!day) continue;  // refused when the file was read
      const auto at = TimeZone::utc().start_of_day(*day).time_since_epoch();
      page.gauge("forestall_credential_expires_timestamp_seconds",
                 "When the channel stops taking the account's client secret.",
                 std::chrono::duration<double>(at).count(),
                 {{"seller", account.seller.str()}, {"account", account.id.str()}});
    }
  });
}

}  // namespace forestall::app
