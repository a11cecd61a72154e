// SPDX-License-Identifier: Apache-2.0
// What changes when a configuration is read again: at once, or only after a restart.
#pragma once

#include <string>
#include <vector>

#include "config/settings/field.hpp"
#include "config/settings/settings.hpp"

namespace forestall::config {

struct ChangedKey {
  std::string
      key;  // "redis.call_deadline", "account[amazon-us].mode"; "notify[ops]" where a row came or went
  std::string from;  // as TOML; "not set", "absent"; of a secret only where it comes from
  std::string to;
  Change change = Change::restart;

  friend bool operator==(const ChangedKey&, const ChangedKey&) = default;
};

// "account[amazon-us].mode: "observe" -> "guard""
std::string to_string(const ChangedKey& changed);

// In the order of the tables; rows are matched by their ids. A secret whose content changed is a change.
std::vector<ChangedKey> diff(const Settings& running, const Settings& wanted);

struct Reload {
  Settings next;                          // what is in force afterwards
  std::vector<ChangedKey> applied;        // what differs between `running` and `next`
  std::vector<ChangedKey> needs_restart;  // what differs between `next` and `wanted`
};

// Takes over from `wanted` what can be changed while running. A key whose default follows from another key
// (an account's time zone from its seller's) stays with it.
Reload plan_reload(const Settings& running, const Settings& wanted);

}  // namespace forestall::config
