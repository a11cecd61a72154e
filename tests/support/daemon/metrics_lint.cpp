// SPDX-License-Identifier: Apache-2.0
#include "tests/support/daemon/metrics_lint.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace forestall::test {
namespace {

// A label belongs here when the number of its values is known and small. "seller" and "account" are as many
// as are configured.
const std::set<std::string, std::less<>> bounded_labels{
    "account", "bucket", "carrier", "cause",   "channel",  "class",  "code",   "command", "direction",
    "event",   "feed",   "group",   "kind",    "le",       "level",  "method", "mode",    "notify",
    "outcome", "part",   "phase",   "purpose", "quantile", "reason", "result", "room",    "rule",
    "seller",  "source", "stage",   "state",   "step",     "table",  "type",   "version"};

struct Family {
  std::string type;
  std::string help;
  std::set<std::string> series;
  bool infinite_bucket = false;
};

struct Sample {
  std::string name;
  std::string labels;  // as written
  std::vector<std::string> label_names;
};

bool parse(const std::string& line, Sample& sample) {
  static const std::regex form(
      R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{((?:[a-zA-Z_]\w*="(?:[^"\\]|\\.)*",?)*)\})? (\S+))re");
  static const std::regex label(R"re(([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*")re");
  std::smatch match;
  if (!std::regex_match(line, match, form)) return false;
  sample.name = match[1];
  sample.labels = match[3];
  for (std::sregex_iterator it(sample.labels.begin(), sample.labels.end(), label), end; it != end; ++it)
    sample.label_names.push_back((*it)[1]);
  return true;
}

std::string family_of(const std::string& sample, const std::map<std::string, Family>& families) {
  if (families.contains(sample)) return sample;
  for (const std::string_view suffix : {"_bucket", "_sum", "_count"})
    if (sample.ends_with(suffix) && families.contains(sample.substr(0, sample.size() - suffix.size())))
      return sample.substr(0, sample.size() - suffix.size());
  return {};
}

void check_name(const std::string& name, const Family& family, std::vector<std::string>& out) {
  static const std::regex form("(forestall|process)_[a-z][a-z0-9]*(_[a-z0-9]+)*");
  static const std::regex unit(
      "_(ms|millis|milliseconds|us|micros|ns|nanoseconds|minutes|hours|days|kb|mb|gb|kib|mib|gib|kilobytes|"
      "megabytes|"
      "percent|pct|age|ago|elapsed|since)(_|$)");
  if (!std::regex_match(name, form)) out.push_back(name + ": not forestall_ and lower snake case");
  if (std::regex_search(name, unit))
    out.push_back(name + ": not a base unit, or an age instead of a timestamp");
  const bool total = name.ends_with("_total");
  if (total != (family.type == "counter"))
    out.push_back(name + ": _total is the end of counters and of nothing else");
  if (family.help.size() < 10 || !family.help.ends_with('.')) out.push_back(name + ": help is no sentence");
  if (family.type != "counter" && family.type != "gauge" && family.type != "histogram")
    out.push_back(name + ": of type \"" + family.type + "\"");
  if (family.type == "histogram" && !family.infinite_bucket) out.push_back(name + ": no +Inf bucket");
  if (family.series.empty()) out.push_back(name + ": without a series; initialise it to 0");
}

}  // namespace

std::vector<std::string> lint_metrics(std::string_view page) {
  std::vector<std::string> out;
  std::map<std::string, Family> families;
  std::istringstream lines{std::string(page)};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    if (line.starts_with("# ")) {
      const auto name_end = line.find(' ', 7);
      const auto name = line.substr(7, name_end - 7);
      const auto rest = name_end == std::string::npos ? "" : line.substr(name_end + 1);
      auto& field = line.starts_with("# HELP ") ? families[name].help : families[name].type;
      if (!field.empty()) out.push_back(name + ": described twice");
      field = rest;
      continue;
    }
    Sample sample;
    if (!parse(line, sample)) {
      out.push_back("unreadable: " + line);
      continue;
    }
    const auto name = family_of(sample.name, families);
    if (name.empty()) {
      out.push_back(sample.name + ": without help and type");
      continue;
    }
    auto& family = families[name];
    if (!family.series.insert(sample.name + sample.labels).second) out.push_back(line + ": twice");
    family.infinite_bucket = family.infinite_bucket || sample.labels.find("le=\"+Inf\"") != std::string::npos;
    for (const auto& label : sample.label_names)
      if (!bounded_labels.contains(label))
        out.push_back(fmt::format("{}: label {} is not known to be bounded", name, label));
  }
  for (const auto& [name, family] : families) {
    check_name(name, family, out);
    if (family.series.size() > 100) out.push_back(fmt::format("{}: {} series", name, family.series.size()));
  }
  return out;
}

}  // namespace forestall::test
