// SPDX-License-Identifier: Apache-2.0
#include "connectors/carriers/numbers/recognise.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "connectors/carriers/numbers/formats.hpp"

namespace forestall::carriers {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

// One element of a shape with its repetition.
struct Element {
  std::string_view one_of;  // of "[...]"; empty: `kind`
  char kind = 0;
  std::size_t least = 1, most = 1;

  bool takes(char c) const {
    if (!one_of.empty()) return one_of.contains(c);
    if (kind == 'd') return is_digit(c);
    if (kind == 'a') return is_letter(c);
    if (kind == 'x') return is_digit(c) || is_letter(c);
    return c == kind;
  }
};

Element next_element(std::string_view& shape) {
  Element e;
  if (shape.front() == '[') {
    const std::size_t end = shape.find(']');
    e.one_of = shape.substr(1, end - 1);
    shape.remove_prefix(end + 1);
  } else {
    e.kind = shape.front();
    shape.remove_prefix(1);
  }
  if (shape.starts_with('{')) {
    const std::size_t end = shape.find('}');
    const char* last = shape.data() + end;
    const auto first = std::from_chars(shape.data() + 1, last, e.least);
    e.most = e.least;
    if (first.ptr != last) std::from_chars(first.ptr + 1, last, e.most);
    shape.remove_prefix(end + 1);
  }
  return e;
}

// Greedy; where the shape has a range, every length is tried (at most two ranges, of at most 30: no blow-up).
bool fits(std::string_view shape, std::string_view text) {
  if (shape.empty()) return text.empty();
  const Element e = next_element(shape);
  std::size_t n = 0;
  while (n < e.most && n < text.size() && e.takes(text[n])) ++n;
  for (; n + 1 > e.least; --n) {
    if (fits(shape, text.substr(n))) return true;
    if (n == 0) break;
  }
  return false;
}

std::string_view cut(std::string_view text, Part part) { return text.substr(part.at, part.length); }

void try_table(std::string_view number, std::vector<Recognised>& out) {
  for (const Format& f : formats()) {
    if (!fits(f.shape, number)) continue;
    if (f.rule == CheckRule::s10 && !is_country(number.substr(11))) continue;
    if (f.rule != CheckRule::none) {
      std::string serial(cut(number, f.serial));
      if (!serial.starts_with(f.prefix)) serial.insert(0, f.prefix);
      if (!check_holds(f.rule, serial, number[f.check])) continue;
    }
    out.push_back({f.carrier, f.name, f.rule != CheckRule::none, std::string(cut(number, f.zip)),
                   std::string(cut(number, f.mailer))});
  }
}

// USPS Intelligent Mail package barcode (Publication 199): application 92..95, service 3, mailer 9 (begins
// with 9) or 6 (does not), serial, check; 22, 26 or, with 94 only, 30 digits.
std::optional<std::string_view> impb_mailer(std::string_view body) {
  const std::string_view application = body.substr(0, 2);
  const bool long_mailer = body[5] == '9';
  const bool n = application == "94";
  if (!n && application != "95" && application != (long_mailer ? "92" : "93")) return std::nullopt;
  const bool length_fits = body.size() == 22 || body.size() == 26 || (n && long_mailer && body.size() == 30);
  if (!length_fits) return std::nullopt;
  return body.substr(5, long_mailer ? 9 : 6);
}

void try_impb(std::string_view number, std::vector<Recognised>& out) {
  if (!std::ranges::all_of(number, is_digit)) return;
  // Without a prefix, then 420 and ZIP+4 before 22 digits, then 420 and ZIP.
  for (const std::size_t prefix : std::array<std::size_t, 3>{0, 12, 8}) {
    if (number.size() < prefix + 22 || (prefix != 0 && !number.starts_with("420"))) continue;
    const std::string_view body = number.substr(prefix);
    if (prefix == 12 && body.size() != 22) continue;
    const auto mailer = impb_mailer(body);
    if (!mailer) continue;
    if (!check_holds(CheckRule::mod10_times3, body.substr(0, body.size() - 1), body.back())) continue;
    out.push_back({"usps", "USPS IMpb", true, std::string(prefix == 0 ? "" : number.substr(3, 5)),
                   std::string(*mailer)});
    return;
  }
}

}  // namespace

std::optional<std::string> normalise_number(std::string_view text) {
  if (text.size() > 200) return std::nullopt;
  std::string out;
  for (const char c : text) {
    if (c == ' ' || c == '\t') continue;
    const char big = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (!is_digit(big) && !is_letter(big) && big != '-') return std::nullopt;
    out.push_back(big);
  }
  if (out.size() < 7 || out.size() > 41) return std::nullopt;
  return out;
}

std::vector<Recognised> recognise(std::string_view text) {
  std::vector<Recognised> found;
  const auto number = normalise_number(text);
  if (!number) return found;
  try_impb(*number, found);
  try_table(*number, found);
  std::vector<Recognised> out;
  for (const bool checked : {true, false})
    std::ranges::copy_if(found, std::back_inserter(out),
                         [&](const Recognised& r) { return r.checked == checked; });
  return out;
}

std::optional<Recognised> likeliest(const std::vector<Recognised>& fits, std::string_view label_carrier,
                                    std::string_view country) {
  if (fits.empty()) return std::nullopt;
  for (const Recognised& r : fits)
    if (!label_carrier.empty() && r.carrier == label_carrier) return r;
  // Carriers of one country only.
  struct Home {
    std::string_view carrier, country;
  };
  static constexpr auto homes = std::to_array<Home>({{"purolator", "CA"},
                                                     {"canada-post", "CA"},
                                                     {"canpar", "CA"},
                                                     {"old-dominion", "US"},
                                                     {"usps", "US"},
                                                     {"ontrac", "US"},
                                                     {"lasership", "US"},
                                                     {"speedee", "US"},
                                                     {"yodel", "GB"}});
  std::vector<Recognised> left;
  for (const Recognised& r : fits) {
    if (r.checked != fits.front().checked) continue;
    const auto home = std::ranges::find(homes, r.carrier, &Home::carrier);
    if (home == homes.end() || country.empty() || home->country == country) left.push_back(r);
  }
  const bool one = !left.empty() && std::ranges::all_of(left, [&](const Recognised& r) {
    return r.carrier == left.front().carrier;
  });
  return one ? std::optional(left.front()) : std::nullopt;
}

bool wrong_label(const Recognised& number, std::string_view order_zip) {
  if (number.destination_zip.size() != 5 || order_zip.size() < 5) return false;
  const std::string_view five = order_zip.substr(0, 5);
  return std::ranges::all_of(five, is_digit) && five != number.destination_zip;
}

}  // namespace forestall::carriers
