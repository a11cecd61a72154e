// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/standing.hpp"

#include <fmt/format.h>

#include "daemon/alerting/bytes.hpp"

namespace forestall::alerting {
namespace {

class Fnv {
 public:
  Fnv& add(std::string_view bytes) {
    for (const char c : bytes) put(static_cast<unsigned char>(c));
    put(0xff);  // no byte of UTF-8: "ab","c" is not "a","bc"
    return *this;
  }
  std::uint64_t value() const { return value_; }

 private:
  void put(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3ULL; }
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

}  // namespace

std::string id_of(const Identity& identity) {
  return fmt::format("{:016x}", Fnv()
                                    .add(identity.seller.str())
                                    .add(word(identity.kind))
                                    .add(identity.account.str())
                                    .add(identity.about)
                                    .value());
}

std::uint64_t occurrence_of(const Standing& standing) {
  return Fnv().add(standing.id).add(std::to_string(standing.begun.time_since_epoch().count())).value();
}

std::string_view word(AlertKind kind) {
  for (const auto& [text, value] : config::words(std::type_identity<AlertKind>{}))
    if (value == kind) return text;
  return "unknown";
}

std::string_view word(Severity severity) {
  for (const auto& [text, value] : config::words(std::type_identity<Severity>{}))
    if (value == severity) return text;
  return "unknown";
}

std::optional<AlertKind> parse_kind(std::string_view text) {
  for (const auto& [word, value] : config::words(std::type_identity<AlertKind>{}))
    if (word == text) return value;
  return std::nullopt;
}

std::string encode(const Standing& s) {
  const auto& a = s.alert;
  ledger::Packer p;
  p.integer(1).text(a.identity.seller.str()).text(word(a.identity.kind));
  p.text(a.identity.account.str()).text(a.identity.about);
  p.text(word(a.severity)).boolean(a.lasting).boolean(a.hard).text(a.headline).text(a.first);
  put_texts(p, a.numbers);
  put_instant(p, a.act_by);
  put_pairs(p, a.labels);
  put_instant(p, s.begun);
  put_instant(p, s.changed);
  put_instant(p, s.resolved);
  put_instant(p, s.acked);
  p.text(s.acked_by);
  return p.take();
}

Result<Standing> decode_standing(std::string_view bytes) {
  ledger::Unpacker u(bytes);
  Standing s;
  auto& a = s.alert;
  if (u.integer() != 1) u.fail("an alert of another version");
  take_id(u, a.identity.seller);
  const auto kind = parse_kind(u.text());
  if (u.ok() && !kind) u.fail("an unknown kind");
  if (kind) a.identity.kind = *kind;
  take_id(u, a.identity.account);
  a.identity.about = u.text();
  take_severity(u, a.severity);
  a.lasting = u.boolean();
  a.hard = u.boolean();
  a.headline = u.text();
  a.first = u.text();
  take_texts(u, a.numbers);
  a.act_by = take_instant(u);
  take_pairs(u, a.labels);
  s.begun = take_instant(u).value_or(Instant{});
  s.changed = take_instant(u).value_or(Instant{});
  s.resolved = take_instant(u);
  s.acked = take_instant(u);
  s.acked_by = u.text();
  if (u.ok() && !u.at_end()) u.fail("more than an alert");
  if (!u.ok()) return std::unexpected(u.error("alert"));
  s.id = id_of(a.identity);
  return s;
}

}  // namespace forestall::alerting
