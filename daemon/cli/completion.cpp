// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/completion.hpp"

#include <fmt/format.h>

namespace forestall::cli {
namespace {

// In single quotes, for any of the three shells.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out + "'";
}

std::string words_of(const Command& command) {
  std::string words;
  const auto add = [&](std::string_view word) { words += (words.empty() ? "" : " ") + std::string(word); };
  for (const auto& argument : command.arguments) {
    if (argument.is_option())
      add(argument.name);
    else
      for (const auto choice : argument.choices) add(choice);
  }
  for (const auto& argument : global_arguments()) add(argument.name);
  return words;
}

// Options whose value is a file: the shell completes names itself.
std::string file_options() {
  std::string options;
  for (const auto& argument : global_arguments())
    if (argument.placeholder == "FILE") options += (options.empty() ? "" : "|") + std::string(argument.name);
  return options;
}

std::string for_bash(std::span<const Command> commands) {
  std::string names;
  std::string cases;
  for (const auto& command : commands) {
    names += (names.empty() ? "" : " ") + std::string(command.name);
    cases += fmt::format("    {}) words={} ;;\n", command.name, quoted(words_of(command)));
    for (const auto& argument : command.arguments)
      if (argument.is_option() && !argument.choices.empty())
        cases += fmt::format("    {}:{}) words={} ;;\n", command.name, argument.name,
                             quoted(fmt::format("{}", fmt::join(argument.choices, " "))));
  }
  return fmt::format(R"(# bash completion for forestall; written by: forestall completion bash
_forestall() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} command= words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
      --config|--api|--token-file) ((i++)) ;;
      -*) ;;
      *) command=${{COMP_WORDS[i]}}; break ;;
    esac
  done
  case $previous in
    {}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case $command in
    '') words={} ;;
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _forestall forestall
)",
                     file_options(), quoted(names + " --help --version " + words_of({})), cases);
}

std::string zsh_spec(const Argument& argument) {
  std::string help;
  for (const char c : argument.help) {
    if (c == '[' || c == ']' || c == ':') help += '\\';
    help += c;
  }
  std::string action = argument.placeholder == "FILE" ? "_files" : " ";
  if (!argument.choices.empty()) action = fmt::format("({})", fmt::join(argument.choices, " "));
  if (argument.is_flag()) return quoted(fmt::format("{}[{}]", argument.name, help));
  if (argument.is_option())
    return quoted(fmt::format("{}[{}]:{}:{}", argument.name, help, argument.placeholder, action));
  return quoted(fmt::format("1:{}:{}", argument.name, action));
}

std::string for_zsh(std::span<const Command> commands) {
  std::string list;
  std::string cases;
  std::string globals;
  for (const auto& argument : global_arguments()) globals += " " + zsh_spec(argument);
  for (const auto& command : commands) {
    list += fmt::format("    {}\n", quoted(fmt::format("{}:{}", command.name, command.summary)));
    std::string specs;
    for (const auto& argument : command.arguments) specs += " " + zsh_spec(argument);
    cases += fmt::format("        {}) _arguments{}{} ;;\n", command.name, specs, globals);
  }
  return fmt::format(R"(#compdef forestall
# zsh completion for forestall; written by: forestall completion zsh
_forestall() {{
  local state line
  local -a commands
  commands=(
{}  )
  _arguments -C{} '1: :->command' '*:: :->arguments'
  case $state in
    command) _describe command commands ;;
    arguments)
      case $line[1] in
{}      esac ;;
  esac
}}
_forestall "$@"
)",
                     list, globals, cases);
}

std::string fish_option(const Argument& argument) {
  std::string text = fmt::format(" -l {} -d {}", argument.name.substr(2), quoted(argument.help));
  if (!argument.is_flag()) text += argument.placeholder == "FILE" ? " -r -F" : " -x";
  if (!argument.choices.empty()) text += " -a " + quoted(fmt::format("{}", fmt::join(argument.choices, " ")));
  return text;
}

std::string for_fish(std::span<const Command> commands) {
  std::string out =
      "# fish completion for forestall; written by: forestall completion fish\ncomplete -c forestall -f\n";
  for (const auto& argument : global_arguments())
    out += fmt::format("complete -c forestall{}\n", fish_option(argument));
  for (const auto& command : commands) {
    out += fmt::format("complete -c forestall -n __fish_use_subcommand -a {} -d {}\n", command.name,
                       quoted(command.summary));
    for (const auto& argument : command.arguments) {
      const auto when = quoted(fmt::format("__fish_seen_subcommand_from {}", command.name));
      if (argument.is_option())
        out += fmt::format("complete -c forestall -n {}{}\n", when, fish_option(argument));
      else if (!argument.choices.empty())
        out += fmt::format("complete -c forestall -n {} -a {}\n", when,
                           quoted(fmt::format("{}", fmt::join(argument.choices, " "))));
    }
  }
  return out;
}

}  // namespace

std::vector<Argument> global_arguments() {
  return {{.name = "--config", .placeholder = "FILE", .help = "The configuration of the daemon"},
          {.name = "--api",
           .placeholder = "URL",
           .help = "Where the daemon listens: http://127.0.0.1:PORT or unix:/path"},
          {.name = "--token-file", .placeholder = "FILE", .help = "The token for changes"},
          {.name = "--json", .placeholder = "", .help = "One JSON document instead of tables"}};
}

std::string completion(std::string_view shell, std::span<const Command> commands) {
  if (shell == "bash") return for_bash(commands);
  if (shell == "zsh") return for_zsh(commands);
  if (shell == "fish") return for_fish(commands);
  return {};
}

}  // namespace forestall::cli
