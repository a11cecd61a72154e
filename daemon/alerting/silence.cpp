// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/silence.hpp"

#include "daemon/alerting/bytes.hpp"

namespace forestall::alerting {

const Silence* silenced_by(const Standing& standing, const Silences& silences, Instant now) {
  const auto& identity = standing.alert.identity;
  for (const auto& [id, silence] : silences) {
    if (now >= silence.until) continue;
    if (!silence.alert.empty() && silence.alert != standing.id) continue;
    if (silence.kind && *silence.kind != identity.kind) continue;
    if (!silence.account.empty() && silence.account != identity.account) continue;
    return &silence;
  }
  return nullptr;
}

std::string encode(const Silence& s) {
  ledger::Packer p;
  p.integer(1).text(s.alert).text(s.kind ? word(*s.kind) : std::string_view{}).text(s.account.str());
  put_instant(p, s.since);
  put_instant(p, s.until);
  p.text(s.by).text(s.why);
  return p.take();
}

Result<Silence> decode_silence(std::string_view id, std::string_view bytes) {
  ledger::Unpacker u(bytes);
  Silence s{.id = std::string(id)};
  if (u.integer() != 1) u.fail("a silence of another version");
  s.alert = u.text();
  if (const auto kind = u.text(); !kind.empty()) {
    s.kind = parse_kind(kind);
    if (u.ok() && !s.kind) u.fail("an unknown kind");
  }
  take_id(u, s.account);
  s.since = take_instant(u).value_or(Instant{});
  s.until = take_instant(u).value_or(Instant{});
  s.by = u.text();
  s.why = u.text();
  if (u.ok() && !u.at_end()) u.fail("more than a silence");
  if (!u.ok()) return std::unexpected(u.error("silence"));
  return s;
}

}  // namespace forestall::alerting
