// SPDX-License-Identifier: Apache-2.0
// Every command that the guides, the rules and the alerts tell people to type is one that the command line
// takes.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "daemon/cli/command_line.hpp"
#include "daemon/cli/commands.hpp"

namespace forestall::cli {
namespace {

namespace fs = std::filesystem;

const fs::path root = FORESTALL_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Quoted {
  std::string where;
  std::vector<std::string> words;  // without "forestall"
  std::string text() const {
    std::string all = "forestall";
    for (const auto& word : words) all += " " + word;
    return all;
  }
};

// In running text a command ends where the words cannot be its arguments any more.
class Quotes {
 public:
  explicit Quotes(const std::vector<Command>& commands) : commands_(commands) {}

  std::vector<Quoted> of(const fs::path& path) const {
    auto text = read(path);
    // Literals over several lines are one; what is filled in is some word.
    if (path.extension() == ".cpp") text = std::regex_replace(text, std::regex("\"\\s*\n\\s*\""), "");
    text = std::regex_replace(text, std::regex(R"(\{\{[^}]*\}\}|\{[0-9]*\})"), "WORD");
    std::vector<Quoted> found;
    const std::regex start(R"((^|[^-/.\w])forestall ([a-z][a-z-]*))");
    for (std::sregex_iterator at(text.begin(), text.end(), start), end; at != end; ++at) {
      const auto* command = named((*at)[2].str());
      if (command == nullptr) continue;
      auto rest = text.substr(static_cast<std::size_t>(at->position(2)));
      rest = rest.substr(0, rest.find_first_of("`\"\n|;#)"));
      found.push_back({fs::relative(path, root).string(), words_of(*command, rest)});
    }
    return found;
  }

  const Command* named(std::string_view name) const {
    const auto at = std::ranges::find(commands_, name, &Command::name);
    return at == commands_.end() ? nullptr : &*at;
  }

 private:
  static std::vector<std::string> words_of(const Command& command, const std::string& text) {
    std::vector<std::string> words;
    std::istringstream in(text);
    bool value = false;  // of the option before
    for (std::string word; in >> word;) {
      const bool last = std::string_view(".,:").contains(word.back());
      while (!word.empty() && std::string_view(".,:").contains(word.back())) word.pop_back();
      if (word.empty() || word == "-" || (!words.empty() && !value && !is_argument(command, word))) break;
      value = !value && word.starts_with("--") && takes_value(command, word);
      words.push_back(word);
      if (last) break;
    }
    return words;
  }
  static bool takes_value(const Command& command, std::string_view option) {
    const auto at = std::ranges::find(command.arguments, option, &Argument::name);
    return at != command.arguments.end() && !at->is_flag();
  }
  // An option, a placeholder in capitals, one of the words that the command knows, or an account of a guide.
  static bool is_argument(const Command& command, std::string_view word) {
    if (word.starts_with("--") || word.contains("-")) return true;
    if (std::ranges::all_of(word, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; })) return true;
    return std::ranges::any_of(command.arguments, [&](const Argument& argument) {
      return std::ranges::find(argument.choices, word) != argument.choices.end();
    });
  }

  const std::vector<Command>& commands_;
};

std::vector<fs::path> files_below(const fs::path& folder, const std::vector<std::string>& kinds) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder))
    if (entry.is_regular_file() && std::ranges::find(kinds, entry.path().extension().string()) != kinds.end())
      found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

TEST(QuotedCommandsTest, AreTakenByTheCommandLine) {
  const auto table = commands();
  const Quotes quotes(table);
  auto files = files_below("deploy", {".md", ".yml", ""});
  for (const auto& path : files_below("daemon/alerting", {".cpp"})) files.push_back(path);
  std::size_t found = 0;
  for (const auto& path : files)
    for (const auto& quoted : quotes.of(path)) {
      ++found;
      const auto parsed = parse(table, quoted.words, "0");
      if (!parsed) {
        ADD_FAILURE() << quoted.where << ": " << quoted.text() << "\n" << parsed.error().err;
        continue;
      }
      // What the parser leaves to the command.
      if (parsed->command->name == "mode" || parsed->command->name == "release")
        EXPECT_TRUE(parsed->invocation.has("--account") || parsed->invocation.has("--all"))
            << quoted.where << ": " << quoted.text();
    }
  EXPECT_GE(found, 40u) << "the quotes are not found any more";
}

// Only the seller's alerts know whose they are; who reads them may be one of many.
TEST(QuotedCommandsTest, InAlertsNameTheSeller) {
  const auto table = commands();
  const Quotes quotes(table);
  std::size_t found = 0;
  for (const auto& path : files_below("daemon/alerting", {".cpp"}))
    for (const auto& quoted : quotes.of(path)) {
      const auto& command = *quotes.named(quoted.words[0]);
      // Of setup it is an option only for a new account.
      if (command.name == "setup" ||
          std::ranges::find(command.arguments, "--seller", &Argument::name) == command.arguments.end())
        continue;
      ++found;
      EXPECT_NE(std::ranges::find(quoted.words, "--seller"), quoted.words.end())
          << quoted.where << ": " << quoted.text();
    }
  EXPECT_GE(found, 8u) << "the quotes are not found any more";
}

}  // namespace
}  // namespace forestall::cli
