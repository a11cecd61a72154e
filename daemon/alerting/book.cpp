// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/book.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "config/base/text.hpp"

namespace forestall::alerting {
namespace {

constexpr std::size_t most_text = 400;
constexpr std::size_t most_numbers = 40;

// Headlines hold names that others chose: one line each, valid UTF-8, bounded.
void clean(std::string& text) {
  if (text.size() > most_text || has_control_characters(text) || !is_valid_utf8(text))
    text = printable(text, most_text);
}

Alert cleaned(Alert alert) {
  clean(alert.identity.about);
  clean(alert.headline);
  clean(alert.first);
  if (alert.numbers.size() > most_numbers) alert.numbers.resize(most_numbers);
  for (auto& number : alert.numbers) clean(number);
  for (auto& [name, value] : alert.labels) {
    clean(name);
    clean(value);
  }
  return alert;
}

}  // namespace

void Book::take(const News& news, Instant now) {
  if (const auto* raised = std::get_if<Raised>(&news))
    raise(raised->alert, now);
  else if (const auto* over = std::get_if<Resolved>(&news))
    resolve(id_of(over->identity), now);
  else
    for (Taking all(std::get<AllOf>(news), now); all.step(*this, most_);) {
    }
}

bool Book::Taking::step(Book& book, std::size_t most) {
  std::size_t done = 0;
  for (; next_ < all_.alerts.size() && done < most; ++next_, ++done)
    named_.insert(book.raise(all_.alerts[next_], now_));
  if (done == most && next_ < all_.alerts.size()) return true;
  const auto& ids = book.standing_of(all_.scope.kind);
  std::vector<std::string> gone;
  auto at = ids.upper_bound(let_go_);
  for (; at != ids.end() && done < most; ++at, ++done) {
    let_go_ = *at;
    if (!named_.contains(*at) && all_.scope.holds(book.all_.at(*at).alert.identity)) gone.push_back(*at);
  }
  const bool more = at != ids.end();
  for (const auto& id : gone) book.resolve(id, now_);
  return more;
}

std::string Book::raise(const Alert& given, Instant now) {
  auto alert = cleaned(given);
  const auto id = id_of(alert.identity);
  const auto at = all_.find(id);
  if (at != all_.end() && at->second.stands() && alert.lasting) {
    auto& known = at->second;
    if (known.alert == alert) return id;
    if (alert.severity > known.alert.severity) {
      // Worse than what was acknowledged.
      known.acked.reset();
      known.acked_by.clear();
      known.changed = now;
      changed_.insert(id);
    } else if (alert.severity != known.alert.severity) {
      changed_.insert(id);
    }
    known.alert = std::move(alert);
    reworded_.insert(id);
    return id;
  }
  if (at == all_.end()) {
    const auto most = alert.severity == Severity::urgent ? most_ + most_ / 10 : most_;
    if (all_.size() >= most) forget(now, Millis::max());
    if (all_.size() >= most) {
      ++refused_;
      return id;
    }
  }
  if (at != all_.end() && at->second.stands()) stands_no_more(at->second);
  if (!alert.lasting)
    while (events_.size() >= most_events) {
      ++overtaken_;
      resolve(std::string(events_.begin()->second), now);
    }
  const auto placed =
      all_.insert_or_assign(id, Standing{.id = id, .alert = std::move(alert), .begun = now, .changed = now});
  stands_now(placed.first->second);
  changed_.insert(id);
  return id;
}

void Book::resolve(const std::string& id, Instant now) {
  const auto at = all_.find(id);
  if (at == all_.end() || !at->second.stands()) return;
  stands_no_more(at->second);
  at->second.resolved = now;
  changed_.insert(id);
}

void Book::stands_now(const Standing& standing) {
  standing_.at(static_cast<std::size_t>(standing.alert.identity.kind)).insert(standing.id);
  if (!standing.alert.lasting) events_.emplace(standing.begun, standing.id);
}

void Book::stands_no_more(const Standing& standing) {
  standing_.at(static_cast<std::size_t>(standing.alert.identity.kind)).erase(standing.id);
  if (!standing.alert.lasting) events_.erase({standing.begun, standing.id});
}

bool Book::acknowledge(const std::string& id, Instant now, const std::string& by) {
  const auto at = all_.find(id);
  if (at == all_.end() || !at->second.stands()) return false;
  if (at->second.acked) return true;
  at->second.acked = now;
  at->second.acked_by = by;
  changed_.insert(id);
  return true;
}

void Book::forget(Instant now, Millis keep) {
  std::vector<std::pair<Instant, std::string>> over;
  for (const auto& [id, standing] : all_)
    if (standing.resolved) over.emplace_back(*standing.resolved, id);
  std::ranges::sort(over);
  // A tenth of room at once, so that a full book is not searched at every alert.
  const std::size_t wanted = most_ - most_ / 10;
  for (const auto& [since, id] : over) {
    const bool old = keep != Millis::max() && since + keep < now;
    if (!old && all_.size() <= wanted) break;
    all_.erase(id);
    changed_.insert(id);
  }
}

void Book::put(Standing standing) {
  if (standing.stands()) stands_now(standing);
  auto id = standing.id;
  all_.insert_or_assign(std::move(id), std::move(standing));
}

const Standing* Book::find(std::string_view id) const {
  const auto at = all_.find(id);
  return at == all_.end() ? nullptr : &at->second;
}

const Standing* Book::find_by_prefix(std::string_view digits) const {
  if (digits.size() < 4) return nullptr;
  const auto at = all_.lower_bound(digits);
  if (at == all_.end() || !at->first.starts_with(digits)) return nullptr;
  const auto next = std::next(at);
  if (next != all_.end() && next->first.starts_with(digits)) return nullptr;
  return &at->second;
}

std::size_t Book::standing() const {
  std::size_t sum = 0;
  for (const auto& ids : standing_) sum += ids.size();
  return sum;
}

std::set<std::string> Book::take_changed(bool texts) {
  auto ids = std::exchange(changed_, {});
  if (texts) ids.merge(std::exchange(reworded_, {}));
  return ids;
}

}  // namespace forestall::alerting
