// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/trial.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "config/base/text.hpp"

namespace forestall::test {

namespace {

std::vector<std::string> sandbox_arguments(const TemporaryFolder& folder, const TrialOptions& options) {
  std::filesystem::create_directory(folder.path() / "stock");
  std::vector<std::string> arguments{
      "--configure",   folder.path().string(),      "--warehouse",   folder.file("stock"),
      "--daemon-port", std::to_string(free_port()), "--daemon-mode", options.mode};
  arguments.insert(arguments.end(), options.sandbox.begin(), options.sandbox.end());
  return arguments;
}

void insert_after(std::string& text, std::string_view heading, std::string_view lines) {
  for (std::size_t at = 0; (at = text.find(heading, at)) != std::string::npos;
       at += heading.size() + lines.size())
    text.insert(at + heading.size(), lines);
}

}  // namespace

Trial::InMemory::InMemory() { test::prefer_memory(); }

Trial::Trial(const TrialOptions& options)
    : sandbox(sandbox_arguments(folder, options)),
      daemon_(
          {options.writes.empty() ? FORESTALL_BIN_DIR "/forestalld" : FORESTALL_BIN_DIR "/forestalld-writing",
           "--config", configure(options), "--clock-from",
           fmt::format("http://127.0.0.1:{}", sandbox.port())},
          {.environment = {{"FORESTALL_TRIAL_WRITES", options.writes}}}) {}

Trial::~Trial() {
  daemon_.signal(SIGKILL);
  daemon_.wait_for();
  test::run({"pkill", "-KILL", "-f", folder.file("state/redis/")});
}

std::string Trial::configure(const TrialOptions& options) const {
  const auto file = folder.file("forestall.toml");
  std::string text = read_file(file);
  insert_after(text, "[[seller]]\n", options.seller);
  insert_after(text, "[[account]]\n", options.account);
  insert_after(text, "[[stock]]\n", options.stock);
  return folder.write("forestall.toml", text);
}

bool Trial::run(std::chrono::seconds within) {
  const auto began = std::chrono::steady_clock::now();
  const auto ended = daemon_.wait_for(within);
  seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return ended == Ended{.code = 0} && log().find("event=history_ended") != std::string::npos;
}

std::int64_t count(const boost::json::value& truth, std::string_view pointer) {
  return truth.at_pointer(pointer).to_number<std::int64_t>();
}

std::string books_fault(const RunningSandbox& sandbox) {
  std::istringstream lines(sandbox.control("lines").reply.body);
  std::string line;
  std::getline(lines, line);
  if (line != "time,account,order,sku,asked,accepted,filled,oversold,withdrawn,open") return line;
  while (std::getline(lines, line)) {
    // From the end: a SKU may hold commas.
    std::vector<std::int64_t> fields;
    std::string_view rest = line;
    while (fields.size() < 6) {
      const auto comma = rest.rfind(',');
      if (comma == std::string_view::npos) return line;
      fields.insert(fields.begin(), parse_integer<std::int64_t>(rest.substr(comma + 1)).value_or(-1));
      rest = rest.substr(0, comma);
    }
    const auto asked = fields[0], accepted = fields[1];
    if (accepted != 0 && accepted != asked) return line;
    if (accepted != fields[2] + fields[3] + fields[4] + fields[5]) return line;
  }
  return {};
}

}  // namespace forestall::test
