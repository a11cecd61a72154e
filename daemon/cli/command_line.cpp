// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "config/base/text.hpp"
#include "daemon/cli/completion.hpp"

namespace forestall::cli {
namespace {

using Values = std::map<std::string, std::vector<std::string>>;

std::string footer_of(const Command& command) {
  std::string text = std::string(command.description) + "\n\nExamples:\n";
  for (const auto example : command.examples) text += fmt::format("  {}\n", example);
  return text;
}

void add_argument(CLI::App& app, const Argument& argument, Values& values,
                  std::map<std::string, bool>& flags) {
  const std::string name(argument.name);
  if (argument.is_flag()) {
    app.add_flag(name, flags[name], std::string(argument.help));
    return;
  }
  auto* option = app.add_option(name, values[name], std::string(argument.help));
  option->type_name(std::string(argument.placeholder))->required(argument.required);
  option->expected(1, argument.repeated ? CLI::detail::expected_max_vector_size : 1);
  option->allow_extra_args(argument.repeated);  // else the first positional takes what is meant for the next
  if (!argument.choices.empty())
    option->check(CLI::IsMember(std::vector<std::string>(argument.choices.begin(), argument.choices.end())));
}

// The first word that is neither an option nor the value of one.
std::string first_word(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].starts_with("-")) return arguments[i];
    for (const auto& global : global_arguments())
      if (arguments[i] == global.name && !global.is_flag()) ++i;
  }
  return {};
}

// CLI11 only says that a command is required.
std::string unknown_command(std::span<const Command> commands, const std::vector<std::string>& arguments) {
  const auto word = first_word(arguments);
  std::vector<std::string_view> names;
  for (const auto& command : commands) names.push_back(command.name);
  if (word.empty() || std::ranges::find(names, word) != names.end()) return {};
  const auto near = nearest_word(word, names);
  return fmt::format("There is no command \"{}\"{}\nRun with --help for more information.\n",
                     printable(word, 60),
                     near ? fmt::format("; did you mean \"{}\"?", *near) : std::string("."));
}

constexpr std::string_view exit_codes =
    "Exit codes: 0 done; 1 done, with findings; 2 usage; 3 no daemon answers; 4 refused; 5 anything else; "
    "130 interrupted.";

}  // namespace

std::string_view Invocation::value(std::string_view name) const {
  const auto found = values.find(name);
  return found == values.end() || found->second.empty() ? std::string_view{} : found->second.front();
}

std::expected<Parsed, Printed> parse(std::span<const Command> commands, std::vector<std::string> arguments,
                                     const std::string& version) {
  CLI::App app("Looks at and steers the daemon that keeps marketplace orders from being cancelled.",
               "forestall");
  app.footer(std::string(exit_codes));
  app.set_version_flag("--version", "forestall " + version);
  app.require_subcommand(1);
  app.fallthrough();
  Parsed parsed;
  auto& global = parsed.invocation.global;
  const std::map<std::string_view, std::string*> targets{
      {"--config", &global.config}, {"--api", &global.api}, {"--token-file", &global.token_file}};
  for (const auto& argument : global_arguments()) {
    const std::string name(argument.name);
    if (argument.is_flag())
      app.add_flag(name, global.json, std::string(argument.help));
    else
      app.add_option(name, *targets.at(argument.name), std::string(argument.help))
          ->type_name(std::string(argument.placeholder));
  }
  std::map<const CLI::App*, Values> values;
  std::map<const CLI::App*, std::map<std::string, bool>> flags;
  std::vector<CLI::App*> subcommands;
  for (const auto& command : commands) {
    auto* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    sub->footer(footer_of(command));
    for (const auto& argument : command.arguments) add_argument(*sub, argument, values[sub], flags[sub]);
    subcommands.push_back(sub);
  }
  const auto unknown = unknown_command(commands, arguments);
  try {
    std::ranges::reverse(arguments);  // CLI11 takes its vector from the back
    app.parse(arguments);
  } catch (const CLI::ParseError& e) {
    std::ostringstream out;
    std::ostringstream err;
    const bool good = app.exit(e, out, err) == 0;
    if (good) return std::unexpected(Printed{out.str(), {}, Exit::ok});
    return std::unexpected(Printed{{}, unknown.empty() ? err.str() : unknown, Exit::usage});
  }
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (!subcommands[i]->parsed()) continue;
    parsed.command = &commands[i];
    for (auto& [name, given] : values[subcommands[i]])
      if (!given.empty()) parsed.invocation.values.emplace(name, std::move(given));
    for (const auto& [name, set] : flags[subcommands[i]])
      if (set) parsed.invocation.values.emplace(name, std::vector<std::string>{""});
  }
  parsed.invocation.version = version;
  return parsed;
}

}  // namespace forestall::cli
