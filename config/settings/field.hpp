// SPDX-License-Identifier: Apache-2.0
// The description of one key of the configuration, bound to a member of a settings struct. Reading, checking,
// printing, comparing and copying for a reload, and the sample file all follow from it.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/settings/codec.hpp"

namespace forestall::config {

enum class Need : std::uint8_t { optional, required };
enum class Change : std::uint8_t { restart, live };  // what it takes for a new value to come into force

// One line of TOML. A credential is the one field with a choice of keys.
struct Assignment {
  std::string key;
  std::string value;  // TOML; empty where nothing is set
};

// Rows are passed as void*: `read`, `write` and `equal` know the struct they were made for.
struct Field {
  std::string key;  // below its table: "listen", "poll.orders"
  std::string help;
  std::string expected;
  Need need = Need::optional;
  Change change = Change::restart;
  bool secret = false;  // stands for KEY_file and KEY_credential
  std::string only;     // when the key may be given: "with mode = \"managed\""; empty: always
  std::function<bool(const void* row)> applies;  // where `only`
  std::function<bool(const Node&, void* row, const Reading&)> read;
  std::function<Assignment(const void* row)> write;
  std::function<bool(const void* row, const void* other)> equal;
  std::function<void(void* row, const void* from)> copy;
  std::function<Credential&(void* row)> credential;  // where `secret`

  bool in_force(const void* row) const { return !applies || applies(row); }
  // The keys a file may use for it.
  std::vector<std::string> keys() const {
    if (!secret) return {key};
    return {key + "_file", key + "_credential"};
  }
};

// Makes a Field for a member and lets its rules be chained: field("port", &S::port, "...").between(1,
// 9).live().
template <class S, class T>
class FieldOf {
 public:
  FieldOf(std::string_view key, T S::* member, std::string_view help) {
    field_.key = key;
    field_.help = help;
    field_.expected = Codec<T>::expects();
    field_.read = [member](const Node& node, void* row, const Reading& reading) {
      return Codec<T>::read(node, static_cast<S*>(row)->*member, reading);
    };
    field_.write = [member, name = field_.key](const void* row) {
      return Assignment{name, Codec<T>::write(static_cast<const S*>(row)->*member)};
    };
    field_.equal = [member](const void* row, const void* other) {
      return static_cast<const S*>(row)->*member == static_cast<const S*>(other)->*member;
    };
    field_.copy = [member](void* row, const void* from) {
      static_cast<S*>(row)->*member = static_cast<const S*>(from)->*member;
    };
    member_ = member;
  }

  FieldOf required() && {
    field_.need = Need::required;
    return std::move(*this);
  }
  FieldOf live() && {
    field_.change = Change::live;
    return std::move(*this);
  }
  // Both ends are allowed. For optional members the range is of the value inside.
  template <class V>
  FieldOf between(V low, V high) && {
    field_.expected +=
        fmt::format(", from {} to {}", bare(Codec<V>::write(low)), bare(Codec<V>::write(high)));
    return std::move(*this).check([low, high](const V& value) { return low <= value && value <= high; });
  }
  // A further rule on the value; `words` continue the sentence "expected ...".
  template <class V>
  FieldOf check(std::function<bool(const V&)> rule, std::string_view words) && {
    field_.expected += fmt::format(", {}", words);
    return std::move(*this).check(std::move(rule));
  }

  operator Field() && { return std::move(field_); }  // NOLINT: meant to be implicit

 private:
  template <class Rule>
  FieldOf check(Rule rule) && {
    field_.read = [read = std::move(field_.read), rule, member = member_](const Node& node, void* row,
                                                                          const Reading& reading) {
      T& place = static_cast<S*>(row)->*member;
      T before = place;
      if (!read(node, row, reading)) return false;
      bool good = false;
      if constexpr (requires { rule(*place); })
        good = rule(*place);
      else
        good = rule(place);
      if (good) return true;
      place = std::move(before);
      reading.wrong(node);
      return false;
    };
    return std::move(*this);
  }
  static std::string bare(std::string text) {
    std::erase(text, '"');
    return text;
  }

  Field field_;
  T S::* member_;
};

template <class S, class T>
FieldOf<S, T> field(std::string_view key, T S::* member, std::string_view help) {
  return {key, member, help};
}

// A credential: `key` stands for KEY_file and KEY_credential.
template <class S>
Field secret(std::string_view key, Credential S::* member, std::string_view help,
             Need need = Need::optional) {
  Field made;
  made.key = key;
  made.help = help;
  made.expected = fmt::format(
      "the path of a file ({}_file) or the name of a systemd credential ({}_credential)", key, key);
  made.need = need;
  made.change = Change::live;
  made.secret = true;
  made.write = [member, name = std::string(key)](const void* row) {
    const Credential& value = static_cast<const S*>(row)->*member;
    if (value.from == Credential::From::systemd)
      return Assignment{name + "_credential", toml_text(value.name)};
    return Assignment{name + "_file", value.given() ? toml_text(value.name) : std::string()};
  };
  made.equal = [member](const void* row, const void* other) {
    return static_cast<const S*>(row)->*member == static_cast<const S*>(other)->*member;
  };
  made.copy = [member](void* row, const void* from) {
    static_cast<S*>(row)->*member = static_cast<const S*>(from)->*member;
  };
  made.credential = [member](void* row) -> Credential& { return static_cast<S*>(row)->*member; };
  return made;
}

// A credential that a connection copies when it is made: another content is in force after a restart.
inline Field read_at_start(Field secret) {
  secret.change = Change::restart;
  return secret;
}

// The fields of a struct within a struct, under dotted keys.
template <class S, class Inner>
std::vector<Field> nested(std::string_view prefix, Inner S::* member, std::vector<Field> fields) {
  for (auto& one : fields) {
    one.key = fmt::format("{}.{}", prefix, one.key);
    one.read = [read = std::move(one.read), member](const Node& node, void* row, const Reading& reading) {
      return read(node, &(static_cast<S*>(row)->*member), reading);
    };
    one.write = [write = std::move(one.write), member, key = one.key](const void* row) {
      return Assignment{key, write(&(static_cast<const S*>(row)->*member)).value};
    };
    one.equal = [equal = std::move(one.equal), member](const void* row, const void* other) {
      return equal(&(static_cast<const S*>(row)->*member), &(static_cast<const S*>(other)->*member));
    };
    one.copy = [copy = std::move(one.copy), member](void* row, const void* from) {
      copy(&(static_cast<S*>(row)->*member), &(static_cast<const S*>(from)->*member));
    };
    if (one.applies)
      one.applies = [applies = std::move(one.applies), member](const void* row) {
        return applies(&(static_cast<const S*>(row)->*member));
      };
    if (one.credential)
      one.credential = [inner = std::move(one.credential), member](void* row) -> Credential& {
        return inner(&(static_cast<S*>(row)->*member));
      };
  }
  return fields;
}

// A field that means something only under a condition on its row. `words` continue "expected no such key but
// ...".
template <class S>
Field only_if(Field one, bool (*condition)(const S&), std::string_view words) {
  one.only = words;
  one.applies = [condition](const void* row) { return condition(*static_cast<const S*>(row)); };
  return one;
}

// Fields, and lists of fields, one after the other.
template <class... Parts>
std::vector<Field> fields(Parts&&... parts) {
  std::vector<Field> all;
  const auto append = [&all]<class P>(P&& part) {
    if constexpr (std::same_as<std::remove_cvref_t<P>, std::vector<Field>>)
      std::ranges::move(part, std::back_inserter(all));
    else
      all.push_back(std::forward<P>(part));
  };
  (append(std::forward<Parts>(parts)), ...);
  return all;
}

}  // namespace forestall::config
