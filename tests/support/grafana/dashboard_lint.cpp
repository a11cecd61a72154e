// SPDX-License-Identifier: Apache-2.0
#include "tests/support/grafana/dashboard_lint.hpp"

#include <algorithm>
#include <regex>
#include <set>

#include "tests/support/grafana/dashboard.hpp"
#include "tests/support/grafana/promql.hpp"

namespace forestall::test {
namespace {

namespace json = boost::json;

// Units of Grafana that mean something here (packages/grafana-data/src/valueFormats/categories.ts).
const std::set<std::string, std::less<>> units{
    "none",     "short", "percent", "percentunit", "bool",          "bool_yes_no", "bool_on_off", "bytes",
    "decbytes", "bits",  "Bps",     "binBps",      "bps",           "s",           "ms",          "ns",
    "m",        "h",     "d",       "dtdurations", "dateTimeAsIso", "ops",         "opm",         "reqps",
    "rps",      "wps",   "iops",    "cps",         "currencyUSD",   "currencyEUR", "currencyGBP", "hertz"};

class Linter {
 public:
  explicit Linter(const json::value& dashboard) : dashboard_(dashboard) {}

  std::vector<Finding> run() {
    frame();
    templates();
    for (const auto* panel : data_panels(dashboard_)) check(*panel);
    parsed();
    return std::move(found_);
  }

 private:
  void find(std::string_view rule, std::string what) { found_.push_back({rule, where_, std::move(what)}); }

  void frame() {
    const auto* editable = dashboard_.as_object().if_contains("editable");
    if (editable == nullptr || !editable->is_bool() || editable->as_bool())
      find("uneditable", "editable is not false");
  }

  const json::object* variable(std::string_view name) const {
    const auto* templating = dashboard_.as_object().if_contains("templating");
    if (templating == nullptr) return nullptr;
    for (const auto& one : templating->at("list").as_array())
      if (text_at(one.as_object(), "name") == name) return &one.as_object();
    return nullptr;
  }
  static std::string query_of(const json::object& variable) {
    const auto* query = variable.if_contains("query");
    if (query == nullptr) return {};
    return query->is_object() ? text_at(query->as_object(), "query") : text_at(variable, "query");
  }
  static std::string source_of(const json::object& object) {
    const auto* source = object.if_contains("datasource");
    if (source == nullptr) return {};
    return source->is_object() ? text_at(source->as_object(), "uid") : text_at(object, "datasource");
  }
  static bool templated(const std::string& source) {
    return source == "$datasource" || source == "${datasource}";
  }

  void templates() {
    const auto* source = variable("datasource");
    if (source == nullptr || text_at(*source, "type") != "datasource" ||
        text_at(*source, "query") != "prometheus" || text_at(*source, "label") != "Data source")
      find("template-datasource",
           "no variable \"datasource\" (Data source) of type datasource for prometheus");
    list_variable("job", "Job", "template-job");
    list_variable("instance", "Instance", "template-instance");
    const auto* templating = dashboard_.as_object().if_contains("templating");
    if (templating == nullptr) return;
    for (const auto& value : templating->at("list").as_array()) {
      const auto& one = value.as_object();
      if (text_at(one, "type") != "query") continue;
      const auto name = text_at(one, "name");
      const auto* refresh = one.if_contains("refresh");
      if (refresh == nullptr || *refresh != 2)
        find("template-on-time-change-reload", name + " is not read again");
      static const std::regex label_values(R"(label_values\((?:(.*),\s*)?(\w+)\))");
      std::smatch match;
      const auto query = query_of(one);
      if (!std::regex_match(query, match, label_values))
        find("template-label-promql", name + ": not label_values(query, label): " + query);
      else if (match[1].matched)
        queries_.push_back({"template-label-promql", "dashboard", match[1].str()});
    }
  }
  void list_variable(std::string_view name, std::string_view label, std::string_view rule) {
    const auto* one = variable(name);
    if (one == nullptr) return find(rule, "no such variable");
    if (text_at(*one, "type") != "query" || !templated(source_of(*one)))
      find(rule, "not a query of $datasource");
    const auto* multi = one->if_contains("multi");
    if (multi == nullptr || *multi != true) find(rule, "only one can be chosen");
    if (text_at(*one, "allValue") != ".+") find(rule, "allValue is not .+");
    if (text_at(*one, "label") != label) find(rule, "its label is not " + std::string(label));
  }

  void check(const json::object& panel) {
    where_ = text_at(panel, "title");
    if (where_.empty() || text_at(panel, "description").empty())
      find("panel-title-description", "no title or no description");
    if (where_.empty()) where_ = "(untitled)";
    if (!templated(source_of(panel))) find("panel-datasource", "not $datasource: " + source_of(panel));
    json::error_code ec;
    const json::value whole(panel);
    const auto* unit = whole.find_pointer("/fieldConfig/defaults/unit", ec);
    if (unit == nullptr || !unit->is_string() || !units.contains(std::string(unit->as_string())))
      find("panel-units", "no unit, or none of Grafana's");
    const auto* targets = panel.if_contains("targets");
    if (targets == nullptr || !targets->is_array() || targets->as_array().empty())
      return find("panel-no-targets", "nothing is asked");
    for (const auto& target : targets->as_array()) {
      const auto& object = target.as_object();
      const auto* source = object.if_contains("datasource");
      const bool loki =
          source != nullptr && source->is_object() && text_at(source->as_object(), "type") == "loki";
      loki ? check_logs(text_at(object, "expr")) : check_metrics(text_at(object, "expr"));
    }
  }

  void check_metrics(const std::string& query) {
    queries_.push_back({"target-promql", where_, query});
    for (const auto& one : selectors(query)) {
      const auto matched = [&](const char* label, const char* value) {
        const auto found = one.matchers.find(label);
        return found != one.matchers.end() &&
               found->second == std::pair<std::string, std::string>("=~", value);
      };
      if (!matched("job", "$job")) find("target-job", one.metric + " without job=~\"$job\"");
      if (!matched("instance", "$instance"))
        find("target-instance", one.metric + " without instance=~\"$instance\"");
      const std::string around = one.inside.empty() ? "" : one.inside.back();
      const bool rated = around == "rate" || around == "irate" || around == "increase";
      if (rated && one.range != "$__rate_interval")
        find("target-rate-interval", one.metric + "[" + one.range + "]");
      static const std::regex counter(".*(_total|_bucket|_sum|_count)");
      if (std::regex_match(one.metric, counter) && !rated)
        find("target-counter-agg", one.metric + " is a counter");
    }
  }

  // No parser of Loki's stands here: a stream selector, closed brackets and quotes.
  void check_logs(const std::string& query) {
    static const std::regex stream(R"(\{\s*\w+\s*(=|!=|=~|!~)\s*("(\\.|[^"\\])*"|`[^`]*`))");
    std::vector<char> open;
    bool sound = std::regex_search(query, stream);
    char quote = 0;
    for (const char c : query) {
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '`') {
        quote = c;
      } else if (c == '(' || c == '[' || c == '{') {
        open.push_back(c == '(' ? ')' : c == '[' ? ']' : '}');
      } else if (c == ')' || c == ']' || c == '}') {
        sound = sound && !open.empty() && open.back() == c;
        if (!open.empty()) open.pop_back();
      }
    }
    if (!sound || quote != 0 || !open.empty()) find("target-logql", "not LogQL: " + query);
    static const std::regex range(R"(\[([^\]]*)\])");
    for (std::sregex_iterator it(query.begin(), query.end(), range), end; it != end; ++it)
      if ((*it)[1] != "$__auto") find("target-logql-auto", "a range that is not $__auto: " + query);
  }

  // All at once: promtool takes as long for one as for a hundred.
  void parsed() {
    std::vector<std::string> all;
    for (const auto& query : queries_) all.push_back(filled_in(query.what));
    if (refused_by_promtool(all).empty()) return;
    for (const auto& query : queries_)
      for (const auto& refused : refused_by_promtool({filled_in(query.what)}))
        found_.push_back({query.rule, query.where, refused});
  }

  const json::value& dashboard_;
  std::string where_ = "dashboard";
  std::vector<Finding> queries_;  // to be parsed: `what` is the query
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> lint_dashboard(const json::value& dashboard) { return Linter(dashboard).run(); }

}  // namespace forestall::test
