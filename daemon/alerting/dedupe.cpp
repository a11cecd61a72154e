// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/dedupe.hpp"

#include <algorithm>

#include "daemon/alerting/bytes.hpp"

namespace forestall::alerting {
namespace {

// The latest of what holds it back, and why.
class Due {
 public:
  void not_before(Instant at, Tell why) {
    if (at > at_) {
      at_ = at;
      why_ = why;
    }
  }
  Verdict verdict(Tell tell, Instant now) const {
    if (at_ > now) return {why_, at_};
    return {tell, std::nullopt};
  }

 private:
  Instant at_{};
  Tell why_ = Tell::nothing_new;
};

}  // namespace

const Told::One* Told::find(std::uint64_t occurrence) const {
  const auto found = std::ranges::lower_bound(standing, occurrence, {}, &One::occurrence);
  return found != standing.end() && found->occurrence == occurrence ? &*found : nullptr;
}

std::string encode(const Told& told) {
  ledger::Packer p;
  p.integer(1);
  put_instant(p, told.at);
  p.array(told.standing.size());
  for (const auto& one : told.standing)
    p.integer(static_cast<std::int64_t>(one.occurrence)).integer(static_cast<std::int64_t>(one.severity));
  return p.take();
}

Result<Told> decode_told(std::string_view bytes) {
  ledger::Unpacker u(bytes);
  Told told;
  if (u.integer() != 1) u.fail("another version");
  told.at = take_instant(u).value_or(Instant{});
  const auto size = u.array();
  if (size > 10 * most_listed) u.fail("too many alerts");
  for (std::size_t i = 0; i < size && u.ok(); ++i) {
    const auto occurrence = static_cast<std::uint64_t>(u.integer());
    const auto severity = u.integer();
    if (severity < 0 || severity > 2) u.fail("an unknown severity");
    told.standing.push_back({occurrence, static_cast<Severity>(severity)});
  }
  if (u.ok() && !u.at_end()) u.fail("more than that");
  if (!u.ok()) return std::unexpected(u.error("told"));
  std::ranges::sort(told.standing, {}, &Told::One::occurrence);
  return told;
}

std::string_view word(Tell tell) {
  switch (tell) {
    case Tell::first:
      return "first";
    case Tell::news:
      return "news";
    case Tell::still:
      return "still";
    case Tell::over:
      return "over";
    case Tell::nothing_new:
      return "nothing_new";
    case Tell::gathering:
      return "gathering";
    case Tell::too_soon:
      return "too_soon";
    case Tell::quiet_hours:
      return "quiet_hours";
    case Tell::digest:
      return "digest";
    case Tell::on_its_way:
      return "on_its_way";
  }
  return "nothing_new";
}

bool sends_resolved(const config::NotifySettings& sink) {
  return sink.send_resolved.value_or(sink.kind == "webhook" || sink.kind == "alertmanager");
}

std::vector<const Standing*> fresh_of(const GroupFacts& group) {
  std::vector<const Standing*> fresh;
  for (const auto* one : group.standing) {
    const auto* known = group.told == nullptr ? nullptr : group.told->find(occurrence_of(*one));
    if (known == nullptr || known->severity < one->alert.severity) fresh.push_back(one);
  }
  return fresh;
}

Verdict dedupe(const GroupFacts& group, const config::NotifySettings& sink, Instant now) {
  if (group.on_its_way) return {Tell::on_its_way, std::nullopt};
  const auto fresh = fresh_of(group);
  const auto is_urgent = [](const Standing* one) { return one->alert.severity == Severity::urgent; };
  const bool urgent = std::ranges::any_of(fresh.empty() ? group.standing : fresh, is_urgent);
  Due due;
  if (!urgent && group.quiet_until) due.not_before(*group.quiet_until, Tell::quiet_hours);
  if (!fresh.empty()) {
    const auto earliest = (*std::ranges::min_element(fresh, {}, &Standing::changed))->changed;
    due.not_before(earliest + sink.group_wait, Tell::gathering);
    if (group.told != nullptr && !urgent) due.not_before(group.told->at + group_interval, Tell::too_soon);
    if (group.digest && group.digest_due) due.not_before(*group.digest_due, Tell::digest);
    return due.verdict(group.told == nullptr ? Tell::first : Tell::news, now);
  }
  if (group.told == nullptr) return {};
  if (!group.over.empty() && sends_resolved(sink)) {
    // Waits as long as news does: what comes and goes is told once.
    const auto earliest = *(*std::ranges::min_element(group.over, {}, [](const Standing* one) {
                             return *one->resolved;
                           }))->resolved;
    due.not_before(earliest + sink.group_wait, Tell::gathering);
    due.not_before(group.told->at + std::min(group_interval, sink.group_wait), Tell::too_soon);
    if (group.digest && group.digest_due) due.not_before(*group.digest_due, Tell::digest);
    return due.verdict(Tell::over, now);
  }
  const bool lasting =
      std::ranges::any_of(group.standing, [](const Standing* one) { return one->alert.lasting; });
  if (!lasting) return {};
  const auto again = group.told->at + sink.repeat;
  due.not_before(again, Tell::nothing_new);
  if (group.digest && group.digest_due) due.not_before(*group.digest_due, Tell::digest);
  return due.verdict(Tell::still, now);
}

}  // namespace forestall::alerting
