// SPDX-License-Identifier: Apache-2.0
#include "tests/support/grafana/promql.hpp"

#include <algorithm>
#include <cctype>
#include <regex>
#include <set>

#include "tests/support/process/child_process.hpp"
#include "tests/support/process/environment.hpp"

namespace forestall::test {
namespace {

const std::set<std::string, std::less<>> label_lists{"by",       "without",    "on",
                                                     "ignoring", "group_left", "group_right"};
const std::set<std::string, std::less<>> aggregations{"sum",   "min",     "max",      "avg",
                                                      "count", "group",   "stddev",   "stdvar",
                                                      "topk",  "bottomk", "quantile", "count_values"};
const std::set<std::string, std::less<>> words{"and", "or", "unless", "bool", "offset", "inf", "nan"};

class Reader {
 public:
  explicit Reader(std::string_view query) : text_(query) {}

  std::vector<Selector> read() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        quoted();
      } else if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
        while (at_ < text_.size() &&
               (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '.'))
          ++at_;
      } else if (is_name(c)) {
        word();
      } else {
        if (c == '(') inside_.push_back(std::exchange(pending_, {}));
        if (c == ')' && !inside_.empty()) inside_.pop_back();
        if (c == '{') selector({});
        ++at_;
      }
    }
    return std::move(found_);
  }

 private:
  static bool is_name(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':';
  }
  void blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  std::string name() {
    const auto begin = at_;
    while (at_ < text_.size() &&
           (is_name(text_[at_]) || std::isdigit(static_cast<unsigned char>(text_[at_])) != 0))
      ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  std::string quoted() {
    const char quote = text_[at_++];
    std::string value;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\') ++at_;
      if (at_ < text_.size()) value += text_[at_++];
    }
    ++at_;
    return value;
  }
  void word() {
    const auto what = name();
    blanks();
    if (label_lists.contains(what)) {
      if (at_ < text_.size() && text_[at_] == '(') at_ = std::min(text_.find(')', at_), text_.size() - 1) + 1;
    } else if (aggregations.contains(what)) {
      pending_ = what;
    } else if (words.contains(what)) {
    } else if (at_ < text_.size() && text_[at_] == '(') {
      pending_ = what;
    } else {
      selector(what);
    }
  }
  // At the '{', the '[' or whatever follows a metric's name.
  void selector(std::string metric) {
    Selector one{.metric = std::move(metric)};
    for (const auto& f : inside_)
      if (!f.empty()) one.inside.push_back(f);
    if (at_ < text_.size() && text_[at_] == '{') {
      ++at_;
      while (at_ < text_.size() && text_[at_] != '}') {
        if (!is_name(text_[at_])) {
          ++at_;
          continue;
        }
        const auto label = name();
        blanks();
        std::string op;
        while (at_ < text_.size() && std::string_view("=!~").contains(text_[at_])) op += text_[at_++];
        blanks();
        if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\''))
          one.matchers[label] = {op, quoted()};
      }
      ++at_;
    }
    blanks();
    if (at_ < text_.size() && text_[at_] == '[') {
      const auto end = std::min(text_.find(']', at_), text_.size() - 1);
      one.range = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
    }
    found_.push_back(std::move(one));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string pending_;
  std::vector<std::string> inside_;
  std::vector<Selector> found_;
};

// In YAML's single quotes.
std::string yaml(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

Finished promtool(const std::vector<std::string>& queries) {
  std::string rules = "groups:\n  - name: queries\n    rules:\n";
  for (std::size_t i = 0; i < queries.size(); ++i)
    rules += "      - {record: 'query:number" + std::to_string(i) + "', expr: " + yaml(queries[i]) + "}\n";
  const TemporaryFolder folder;
  return run({"promtool", "check", "rules", folder.write("queries.yml", rules)});
}

}  // namespace

std::vector<Selector> selectors(std::string_view query) { return Reader(query).read(); }

std::string filled_in(std::string query, const std::map<std::string, std::string>& variables) {
  static const std::regex variable(R"(\$(\w+)|\$\{(\w+)\})");
  std::string filled;
  auto begin = query.cbegin();
  for (std::sregex_iterator it(query.cbegin(), query.cend(), variable), end; it != end; ++it) {
    const auto name = (*it)[1].matched ? (*it)[1].str() : (*it)[2].str();
    filled.append(begin, (*it)[0].first);
    const auto given = variables.find(name);
    filled += given != variables.end() ? given->second : name.starts_with("__") ? "5m" : ".+";
    begin = (*it)[0].second;
  }
  return filled.append(begin, query.cend());
}

std::vector<std::string> refused_by_promtool(const std::vector<std::string>& queries) {
  if (queries.empty() || promtool(queries).ended.code == 0) return {};
  std::vector<std::string> refused;
  for (const auto& query : queries)
    if (const auto said = promtool({query}); said.ended.code != 0) refused.push_back(query + ": " + said.err);
  return refused;
}

}  // namespace forestall::test
