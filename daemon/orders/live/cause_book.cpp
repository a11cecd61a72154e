// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/live/cause_book.hpp"

#include "daemon/ledger/pack.hpp"

namespace forestall::orders {

bool CauseBook::put(Verdict verdict) {
  const Key key{verdict.account, verdict.order, verdict.cancelled};
  const auto [at, fresh] = verdicts_.try_emplace(key, verdict);
  if (!fresh) {
    by_time_.erase({at->second.at, key});
    at->second = std::move(verdict);
  }
  by_time_.insert({at->second.at, key});
  if (verdicts_.size() > most) {
    const auto oldest = by_time_.begin();
    verdicts_.erase(oldest->second);
    by_time_.erase(oldest);
  }
  return fresh;
}

const Verdict* CauseBook::find(const AccountId& account, const OrderId& order, bool cancelled) const {
  const auto found = verdicts_.find({account, order, cancelled});
  return found == verdicts_.end() ? nullptr : &found->second;
}

std::vector<const Verdict*> CauseBook::since(Instant since, std::size_t limit) const {
  std::vector<const Verdict*> out;
  for (auto at = by_time_.rbegin(); at != by_time_.rend() && at->first >= since && out.size() < limit; ++at)
    out.push_back(&verdicts_.at(at->second));
  return out;
}

std::map<std::pair<bool, Blame>, std::uint64_t> CauseBook::counts(Instant since) const {
  std::map<std::pair<bool, Blame>, std::uint64_t> out;
  for (auto at = by_time_.rbegin(); at != by_time_.rend() && at->first >= since; ++at) {
    const Verdict& v = verdicts_.at(at->second);
    ++out[{v.cancelled, v.blame}];
  }
  return out;
}

std::string encode(const CauseBook& book) {
  ledger::Packer p;
  p.integer(1).array(book.verdicts_.size());
  for (const auto& [key, v] : book.verdicts_) {
    p.array(8).text(v.account.str()).text(v.order.str()).boolean(v.cancelled);
    p.integer(v.at.time_since_epoch().count()).integer(static_cast<std::int64_t>(v.blame));
    p.integer(static_cast<std::int64_t>(v.units)).text(v.why);
    if (v.value)
      p.array(2).integer(v.value->minor()).text(v.value->currency().code());
    else
      p.nil();
  }
  return p.take();
}

Result<CauseBook> decode_causes(std::string_view bytes) {
  ledger::Unpacker u(bytes);
  if (u.integer() != 1) u.fail("a version that is not known");
  CauseBook book;
  const std::size_t n = u.ok() ? u.array() : 0;
  for (std::size_t i = 0; i < n && u.ok(); ++i) {
    if (u.array() != 8) u.fail("a verdict of another shape");
    Verdict v;
    const auto account = AccountId::parse(u.text());
    const auto order = OrderId::parse(u.text());
    if (!account || !order) u.fail("a malformed id");
    v.cancelled = u.boolean();
    v.at = Instant(Millis(u.integer()));
    const auto blame = u.integer(), units = u.integer();
    if (blame < 0 || blame > static_cast<std::int64_t>(Blame::unknown) || units < 0 ||
        units > static_cast<std::int64_t>(UnitsGo::nowhere))
      u.fail("an enumerator out of range");
    v.why = std::string(u.text().substr(0, 200));
    if (!u.absent()) {
      if (u.array() != 2) u.fail("no amount");
      const auto minor = u.integer();
      const auto currency = Currency::parse(u.text());
      if (currency)
        v.value = Money(minor, *currency);
      else
        u.fail("no currency");
    }
    if (!u.ok()) break;
    v.account = *account;
    v.order = *order;
    v.blame = static_cast<Blame>(blame);
    v.units = static_cast<UnitsGo>(units);
    book.put(std::move(v));
  }
  if (u.ok() && !u.at_end()) u.fail("bytes after the end");
  if (!u.ok()) return std::unexpected(u.error("causes"));
  return book;
}

}  // namespace forestall::orders
