// SPDX-License-Identifier: Apache-2.0
#include "config/settings/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "config/base/text.hpp"

namespace forestall::config {
namespace {

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
  const auto near = nearest_word(word, known);
  return near ? fmt::format("did you mean \"{}\"?", *near) : std::string();
}

// What a key of the file stands for: a plain field, or one of the keys of a credential.
struct Target {
  const Field* field = nullptr;
  enum class Role : std::uint8_t { value, file, systemd, inline_secret } role = Role::value;
};

// Looked up by the full key below the table; built once a section, not once a row.
class KeyIndex {
 public:
  explicit KeyIndex(const Section& section) {
    for (const auto& field : section.fields) {
      if (!field.secret) {
        targets_[field.key] = {&field, Target::Role::value};
        continue;
      }
      targets_[field.key + "_file"] = {&field, Target::Role::file};
      targets_[field.key + "_credential"] = {&field, Target::Role::systemd};
      targets_[field.key] = {&field, Target::Role::inline_secret};
    }
  }
  const Target* find(const std::string& key) const {
    const auto found = targets_.find(key);
    return found == targets_.end() ? nullptr : &found->second;
  }
  // There are keys below `prefix`: it is a table within the table.
  bool is_prefix(std::string_view prefix) const {
    return std::ranges::any_of(targets_, [&](const auto& entry) {
      return entry.first.starts_with(prefix) && entry.first.size() > prefix.size() &&
             entry.first[prefix.size()] == '.';
    });
  }
  // What may stand at the level of `prefix` ("" or "poll.").
  std::vector<std::string> names_below(std::string_view prefix) const {
    std::vector<std::string> names;
    for (const auto& [key, target] : targets_) {
      if (!key.starts_with(prefix) || target.role == Target::Role::inline_secret) continue;
      const auto rest = std::string_view(key).substr(prefix.size());
      names.emplace_back(rest.substr(0, rest.find('.')));
    }
    std::ranges::sort(names);
    return names;
  }

 private:
  std::unordered_map<std::string, Target> targets_;
};

class RowReader {
 public:
  RowReader(const Section& section, const KeyIndex& index, std::string name, void* row, Report& report)
      : section_(section), index_(index), name_(std::move(name)), row_(row), report_(report) {}

  void read(const Node& node) {
    read_level(node, "");
    // Conditions are on the row's other values: where one of those was not read, they would mislead.
    for (const auto& [field, value] : given_)
      if (!unread_ && !field->in_force(row_))
        report_.add(value->place, full(value_key(*field, *value)),
                    fmt::format("no such key but {}", field->only), "one");
    for (const auto& field : section_.fields) {
      if (given(field) || field.need == Need::optional) continue;
      const auto keys = field.keys();
      report_.add(node.place, full(field.key), field.expected, "nothing",
                  keys.size() == 1 ? "the key is required" : "one of its keys is required");
    }
  }

 private:
  bool given(const Field& field) const {
    return std::ranges::find(given_, &field, &Given::field) != given_.end();
  }
  // The key as it stands in the file.
  static std::string value_key(const Field& field, const Node& value) {
    return field.secret ? value.key : field.key;
  }
  std::string full(std::string_view key) const { return fmt::format("{}.{}", name_, key); }

  void read_level(const Node& table, const std::string& prefix) {
    for (const auto& item : table.items) {
      const std::string key = prefix + item.key;
      if (const Target* target = index_.find(key))
        read_target(item, key, *target);
      else if (index_.is_prefix(key))
        read_inner(item, key);
      else
        unknown(item, key, prefix);
    }
  }

  void read_inner(const Node& item, const std::string& key) {
    if (item.kind == Node::Kind::table)
      read_level(item, key + ".");
    else
      Reading{report_, full(key), "a table"}.wrong(item);
  }

  // The value is not shown: under a misspelt key it may be a secret.
  void unknown(const Node& item, const std::string& key, const std::string& prefix) {
    const auto names = index_.names_below(prefix);
    const std::vector<std::string_view> known(names.begin(), names.end());
    report_.add(item.key_place, full(printable(key, 80)), fmt::format("a key of [{}]", section_.name),
                "an unknown key", suggestion(item.key, known));
  }

  void read_target(const Node& item, const std::string& key, const Target& target) {
    const bool again = given(*target.field);
    given_.push_back({target.field, &item});
    const std::string name = full(key);
    const Reading reading{report_, name, target.field->expected};
    switch (target.role) {
      case Target::Role::value:
        unread_ = !target.field->read(item, row_, reading) || unread_;
        return;
      case Target::Role::inline_secret:
        report_.add(
            item.place, name, target.field->expected, "a secret written in the file",
            fmt::format("put it in a file that only the service can read and write {}_file = \"/path\"; a "
                        "value that stood here should be replaced by a new one",
                        key));
        return;
      case Target::Role::file:
      case Target::Role::systemd:
        if (again)
          report_.add(item.key_place, name, "one source of the secret", "a second one",
                      "give the file or the credential, not both");
        else
          read_credential(item, name, target);
        return;
    }
  }

  void read_credential(const Node& item, const std::string& name, const Target& target) {
    const bool file = target.role == Target::Role::file;
    const std::string expected =
        file ? "the path of a file, starting with / or ./" : "the name of a credential";
    const bool shaped = item.kind == Node::Kind::text && !has_control_characters(item.text) &&
                        (file ? is_path(item.text) : is_credential_name(item.text));
    if (!shaped) {
      // A text of another shape may be the secret itself, pasted here.
      if (item.kind == Node::Kind::broken) return;
      report_.add(item.place, name, expected,
                  item.kind == Node::Kind::text ? "another text" : describe(item));
      return;
    }
    Credential& credential = target.field->credential(row_);
    credential.from = file ? Credential::From::file : Credential::From::systemd;
    credential.name = file ? (report_.folder() / item.text).lexically_normal().string() : item.text;
  }

  static bool is_path(std::string_view text) {
    return text.size() <= 1024 &&
           (text.starts_with('/') || text.starts_with("./") || text.starts_with("../"));
  }
  // What systemd accepts as the name of a credential: a file name of at most 255 bytes.
  static bool is_credential_name(std::string_view text) {
    return !text.empty() && text.size() <= 255 && text != "." && text != ".." &&
           text.find('/') == std::string_view::npos;
  }

  const Section& section_;
  const KeyIndex& index_;
  std::string name_;
  void* row_;
  Report& report_;
  struct Given {
    const Field* field;
    const Node* value;
  };
  std::vector<Given> given_;
  bool unread_ = false;
};

void read_section(const Section& section, const Node& node, Settings& settings, Report& report) {
  const KeyIndex index(section);
  const auto read_row = [&](const Node& row, std::size_t i) {
    void* place = section.add(settings);
    if (row.kind == Node::Kind::table)
      RowReader(section, index, row_name(section.name, section.many, row, i), place, report).read(row);
    else
      Reading{report, section.name, "a table"}.wrong(row);
  };
  if (!section.many) {
    if (node.kind == Node::Kind::table)
      read_row(node, 0);
    else
      Reading{report, section.name, fmt::format("a table [{}]", section.name)}.wrong(node);
    return;
  }
  if (node.kind != Node::Kind::array) {
    Reading{report, section.name, fmt::format("tables [[{}]] with two brackets", section.name)}.wrong(node);
    return;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) read_row(node.items[i], i);
}

}  // namespace

std::string row_name(std::string_view section, bool many, const Node& row, std::size_t index) {
  if (!many) return std::string(section);
  const Node* id = row.find("id");
  if (id != nullptr && id->kind == Node::Kind::text && SourceId::parse(id->text))
    return fmt::format("{}[{}]", section, id->text);
  return fmt::format("{}[#{}]", section, index + 1);
}

Settings read_document(const Node& root, Report& report) {
  Settings settings;
  std::vector<std::string_view> known;
  for (const auto& section : sections()) known.push_back(section.name);
  for (const auto& item : root.items) {
    const auto section = std::ranges::find(sections(), item.key, &Section::name);
    if (section != sections().end())
      read_section(*section, item, settings, report);
    else
      report.add(item.key_place, printable(item.key, 80), "a table of the configuration", "an unknown name",
                 suggestion(item.key, known));
  }
  return settings;
}

}  // namespace forestall::config
