// SPDX-License-Identifier: Apache-2.0
// A command of `forestall` as a row of a table: help, arguments, completion and parsing all follow from it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/render.hpp"

namespace forestall::cli {

// For scripts.
enum class Exit : std::uint8_t {
  ok = 0,             // done, nothing to report
  findings = 1,       // done, and there is something to look at (not ready, a failed check)
  usage = 2,          // the command line is wrong
  unreachable = 3,    // no daemon answers
  refused = 4,        // the daemon or the configuration said no; the reason is on stderr
  failed = 5,         // anything else
  interrupted = 130,  // Ctrl-C; what was complete was told
};

struct Argument {
  std::string_view name;         // "--account" for an option, "sku" for a positional
  std::string_view placeholder;  // "ID"; empty for a flag
  std::string_view help;
  bool required = false;
  bool repeated = false;
  std::vector<std::string_view> choices{};  // the only values allowed, also completed

  bool is_option() const { return name.starts_with("--"); }
  bool is_flag() const { return is_option() && placeholder.empty(); }
};

// Options of every command.
struct GlobalOptions {
  std::string config = "/etc/forestall/forestall.toml";
  std::string api;         // "http://127.0.0.1:9464" or "unix:/path"; empty: from the configuration
  std::string token_file;  // empty: from the configuration
  bool json = false;
};

// What a command is given. Text for people and programs goes to `out`, complaints to `err`.
struct Invocation {
  GlobalOptions global;
  std::map<std::string, std::vector<std::string>, std::less<>> values;  // by argument name; flags have one ""
  std::string version;
  Terminal terminal;  // what stands behind `out`
  std::string out;
  std::string err;

  bool has(std::string_view name) const { return values.contains(name); }
  std::string_view value(std::string_view name) const;  // empty where not given
};

struct Command {
  std::string_view name;
  std::string_view summary;  // one line
  std::string_view description;
  std::vector<std::string_view> examples;
  std::vector<Argument> arguments;
  std::function<Exit(Invocation&)> run;
};

}  // namespace forestall::cli
