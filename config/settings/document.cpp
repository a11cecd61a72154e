// SPDX-License-Identifier: Apache-2.0
// Reads TOML through toml++ and goes on after a line with broken syntax, so that a file with several mistakes
// is reported whole.
#include "config/settings/document.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <tuple>
#include <utility>

#include "config/base/text.hpp"

namespace forestall::config {
namespace {

Place place_of(const toml::source_region& region) {
  return {static_cast<std::uint32_t>(region.begin.line), static_cast<std::uint32_t>(region.begin.column)};
}

Place place_at(std::string_view text, std::size_t byte) {
  Place place{1, 1};
  for (std::size_t i = 0; i < byte; ++i) {
    if (text[i] == '\n') {
      ++place.line;
      place.column = 1;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      ++place.column;
    }
  }
  return place;
}

// Offset of the first byte that is not UTF-8: halving finds it without a decoder of our own.
std::size_t first_broken_byte(std::string_view text) {
  std::size_t line = 0;
  for (;;) {
    const auto end = text.find('\n', line);
    const auto piece = text.substr(line, end == std::string_view::npos ? end : end - line);
    if (!is_valid_utf8(piece)) {
      std::size_t good = piece.size();
      // A prefix that ends inside a character is broken too, so the longest valid prefix is what counts.
      while (good > 0 && !is_valid_utf8(piece.substr(0, good))) --good;
      return line + good;
    }
    if (end == std::string_view::npos) return text.size();
    line = end + 1;
  }
}

// The end of what starts at `at` and is no structure: a comment or a string. `at` + 1 for anything else.
std::size_t skip_token(std::string_view text, std::size_t at) {
  const char opens = text[at];
  if (opens == '#') return std::min(text.find('\n', at), text.size());
  if (opens != '"' && opens != '\'') return at + 1;
  const auto triple = text.substr(at, 3);
  const bool multi_line = triple.size() == 3 && triple[1] == opens && triple[2] == opens;
  const auto closes = text.substr(at, multi_line ? 3 : 1);
  for (std::size_t i = at + closes.size(); i < text.size(); ++i) {
    if (text.substr(i).starts_with(closes)) return i + closes.size();
    if (text[i] == '\\' && opens == '"') ++i;
    if (!multi_line && i < text.size() && text[i] == '\n') return i;
  }
  return text.size();
}

// Dotted keys nest as deep as they are long, and toml++ destroys what it nests by recursion: they are counted
// before it sees them. The size of the text where none is too long.
std::size_t find_long_dotted_key(std::string_view text) {
  std::size_t dots = 0;
  for (std::size_t i = 0; i < text.size(); i = skip_token(text, i)) {
    if (text[i] == '.' && ++dots > max_nesting) return i;
    if (text[i] == '\n' || text[i] == '=' || text[i] == ',' || text[i] == '{') dots = 0;
  }
  return text.size();
}

class Converter {
 public:
  Converter(const std::set<std::uint32_t>& broken_lines, std::string_view file, Problems& problems)
      : broken_lines_(broken_lines), file_(file), problems_(problems) {}

  Node convert(const toml::node& from, std::size_t depth) {
    Node to;
    to.place = place_of(from.source());
    if (depth > max_nesting) {
      if (!std::exchange(too_deep_, true))
        problems_.push_back({std::string(file_), to.place, "",
                             fmt::format("at most {} levels of nesting", max_nesting), "more", ""});
      to.kind = Node::Kind::broken;
      return to;
    }
    switch (from.type()) {
      case toml::node_type::table:
        to.kind = Node::Kind::table;
        convert_table(*from.as_table(), to, depth);
        return to;
      case toml::node_type::array:
        to.kind = Node::Kind::array;
        to.items.reserve(from.as_array()->size());
        for (const auto& item : *from.as_array()) to.items.push_back(convert(item, depth + 1));
        return to;
      default:
        if (broken_lines_.contains(to.place.line))
          to.kind = Node::Kind::broken;
        else
          convert_scalar(from, to);
        return to;
    }
  }

 private:
  void convert_table(const toml::table& from, Node& to, std::size_t depth) {
    to.items.reserve(from.size());
    for (const auto& [key, value] : from) {
      to.items.push_back(convert(value, depth + 1));
      to.items.back().key = std::string(key.str());
      to.items.back().key_place = place_of(key.source());
    }
    // toml++ keeps tables in alphabetical order.
    std::ranges::sort(to.items, {}, [](const Node& node) { return std::tie(node.key_place, node.key); });
  }

  static void convert_scalar(const toml::node& from, Node& to) {
    if (const auto* text = from.as_string()) {
      to.kind = Node::Kind::text;
      to.text = text->get();
    } else if (const auto* integer = from.as_integer()) {
      to.kind = Node::Kind::integer;
      to.integer = integer->get();
    } else if (const auto* real = from.as_floating_point()) {
      to.kind = Node::Kind::real;
      to.real = real->get();
    } else if (const auto* boolean = from.as_boolean()) {
      to.kind = Node::Kind::boolean;
      to.boolean = boolean->get();
    } else {
      to.kind = Node::Kind::moment;
      std::ostringstream out;
      if (const auto* date = from.as_date()) out << date->get();
      if (const auto* time = from.as_time()) out << time->get();
      if (const auto* both = from.as_date_time()) out << both->get();
      to.text = out.str();
    }
  }

  const std::set<std::uint32_t>& broken_lines_;
  std::string_view file_;
  Problems& problems_;
  bool too_deep_ = false;
};

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

Span line_span(std::string_view text, std::uint32_t line) {
  std::size_t begin = 0;
  for (std::uint32_t n = 1; n < line && begin < text.size(); ++n)
    begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
  return {begin, std::min(text.find('\n', begin), text.size())};
}

// Where the value of a plain "key = value" line begins; npos for any other line.
std::size_t value_offset(std::string_view line) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return equals;
  const auto key = trim(line.substr(0, equals));
  return key.empty() || key.find_first_of(" \t\"'#[{") != std::string_view::npos ? std::string_view::npos
                                                                                 : equals + 1;
}

// Takes a line with a syntax error out of the text, keeping its key with a stand-in value where there is one.
// False where that would only move the error on: a header, or a value that runs over several lines.
bool take_out_line(std::string& text, std::uint32_t line, bool keep_key) {
  const auto [begin, end] = line_span(text, line);
  const auto content = std::string_view(text).substr(begin, end - begin);
  const auto body = trim(content);
  if (body.empty() || body.front() == '[') return false;
  for (const std::string_view opens : {"\"\"\"", "'''"})
    if (body.find(opens) != std::string_view::npos) return false;
  if (std::ranges::count(body, '[') != std::ranges::count(body, ']') ||
      std::ranges::count(body, '{') != std::ranges::count(body, '}'))
    return false;
  const auto value = value_offset(content);
  const auto from = keep_key && value != std::string_view::npos ? begin + value : begin;
  text.replace(from, end - from, from > begin ? "0" : "");
  return true;
}

// The commonest mistake of all.
std::string syntax_hint(std::string_view text, std::uint32_t line) {
  const auto [begin, end] = line_span(text, line);
  const auto content = text.substr(begin, end - begin);
  const auto from = value_offset(content);
  if (from == std::string_view::npos) return {};
  const auto value = trim(content.substr(from));
  const bool word = !value.empty() && value.front() != '"' && value.front() != '\'' && value.front() != '[' &&
                    value.front() != '{';
  return word ? "a value that is no number, true or false stands in quotes" : "";
}

// toml++ quotes pieces of the file in its texts, and a piece may be a secret in the wrong place: only the
// words before the first quotation are kept.
std::string syntax_text(std::string_view description) {
  constexpr std::string_view prefix = "Error while parsing ";
  if (description.starts_with(prefix)) description.remove_prefix(prefix.size());
  const auto quote = std::min(description.find_first_of("'\""), description.size());
  auto words = printable(trim(description.substr(0, quote)), 100);
  for (const std::string_view tail : {"saw", ",", ":"})
    if (words.ends_with(tail)) words = std::string(trim(words.substr(0, words.size() - tail.size())));
  return words;
}

}  // namespace

const Node* Node::find(std::string_view name) const {
  const auto found = std::ranges::find(items, name, &Node::key);
  return kind == Kind::table && found != items.end() ? &*found : nullptr;
}

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::boolean:
      return node.boolean ? "true" : "false";
    case Node::Kind::integer:
      return fmt::format("{}", node.integer);
    case Node::Kind::real:
      return fmt::format("{}", node.real);
    case Node::Kind::text: {
      // A URL with a user or a query may hold a password or a token.
      const auto scheme = node.text.find("://");
      if (scheme != std::string::npos && node.text.find_first_of("@?", scheme) != std::string::npos)
        return fmt::format("\"{}://...\"",
                           printable(node.text.substr(0, std::min<std::size_t>(scheme, 12)), 60));
      return fmt::format("\"{}\"", printable(node.text, 60));
    }
    case Node::Kind::moment:
      return printable(node.text, 60);
    case Node::Kind::array:
      return fmt::format("an array of {}", node.items.size());
    case Node::Kind::table:
      return "a table";
    case Node::Kind::broken:
      return "broken syntax";
  }
  return "";
}

Document parse_document(std::string_view text, std::string_view file) {
  Document document;
  const auto refuse = [&](Place place, std::string expected, std::string found) {
    document.problems.push_back({std::string(file), place, "", std::move(expected), std::move(found), ""});
    document.usable = false;
  };
  if (text.size() > max_file_bytes) {
    refuse({}, fmt::format("a file of at most {} MiB", max_file_bytes >> 20),
           fmt::format("{} bytes", text.size()));
    return document;
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    refuse(place_at(text, nul), "text", "a NUL byte");
    return document;
  }
  if (!is_valid_utf8(text)) {
    const auto at = first_broken_byte(text);
    refuse(place_at(text, at), "UTF-8", fmt::format("the byte {}", printable(text.substr(at, 1), 8)));
    return document;
  }
  if (const auto at = find_long_dotted_key(text); at < text.size()) {
    refuse(place_at(text, at), fmt::format("at most {} levels of nesting", max_nesting), "more");
    return document;
  }

  std::string remaining(text);
  std::set<std::uint32_t> broken_lines;
  while (document.problems.size() < max_syntax_problems) {
    try {
      const toml::table table = toml::parse(std::string_view(remaining), std::string_view{});
      document.root = Converter(broken_lines, file, document.problems).convert(table, 0);
      return document;
    } catch (const toml::parse_error& error) {
      const Place place = place_of(error.source());
      const bool twice = error.description().find("redefine") != std::string_view::npos;
      document.problems.push_back({std::string(file), place, "", "valid TOML",
                                   syntax_text(error.description()),
                                   twice ? "the name is given twice" : syntax_hint(remaining, place.line)});
      if (!broken_lines.insert(place.line).second || !take_out_line(remaining, place.line, !twice)) break;
    } catch (const std::exception& error) {
      refuse({}, "valid TOML", printable(error.what(), 100));
      return document;
    }
  }
  document.usable = false;
  return document;
}

}  // namespace forestall::config
