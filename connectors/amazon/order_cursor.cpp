// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/order_cursor.hpp"

#include <algorithm>

namespace forestall::amazon {

namespace {

std::unexpected<Error> stale() { return fail(ErrorCode::conflict, "the cursor is none of this feed"); }

bool sane(std::optional<Instant> time) {
  return time && *time > Instant{} && *time < Instant(std::chrono::sys_days(std::chrono::year{9000} / 1 / 1));
}

}  // namespace

Result<OrderFeed> OrderFeed::resume(std::string_view cursor, Instant now, const PollRules& rules) {
  OrderFeed feed(rules, now);
  if (cursor.empty()) {
    feed.created_ = feed.updated_ = now - rules.first_reach;
    feed.search_ = {.by = OrdersBy::creation, .from = feed.created_};
    feed.updated_at_ = now;
    return feed;
  }
  const auto text = CursorText::parse(cursor);
  if (!text) return std::unexpected(text.error());
  const auto created = text->instant("created"), updated = text->instant("updated"), at = text->instant("at");
  const auto chain = PageChain::read(*text);
  if (!text->is("orders", 1) || !sane(created) || !sane(updated) || !sane(at) || !chain) return stale();
  // A clock that was ahead has left times that are not yet: Amazon refuses those.
  feed.created_ = std::min(*created, now - rules.overlap);
  feed.updated_ = std::min(*updated, now - rules.overlap);
  feed.updated_at_ = std::min(*at, now);
  const auto token = text->text("token"), by = text->text("by");
  if (token && !token->empty() && by) {
    feed.search_.by = *by == "update" ? OrdersBy::update : OrdersBy::creation;
    feed.search_.until = text->instant("until");
    feed.search_.token = *token;
    feed.search_.chain = *chain;
  } else if (now - feed.updated_at_ >= rules.updates_every) {
    feed.search_.by = OrdersBy::update;
  }
  feed.search_.from = feed.search_.by == OrdersBy::update ? feed.updated_ : feed.created_;
  return feed;
}

std::string OrderFeed::text(bool paging) const {
  CursorText out("orders", 1);
  out.set("created", created_).set("updated", updated_).set("at", updated_at_);
  if (!paging) return out.str();
  out.set("by", search_.by == OrdersBy::update ? "update" : "creation");
  if (search_.until) out.set("until", *search_.until);
  out.set("token", search_.token);
  search_.chain.write(out);
  return out.str();
}

void OrderFeed::answered(const Decoded& answer, const Reading& reading, ports::Page& page) {
  const bool by_update = search_.by == OrdersBy::update;
  if (!search_.until) search_.until = by_update ? answer.updated_until : answer.created_until;
  // Nobody has seen the future, and the search did not end before it began.
  if (search_.until)
    search_.until = std::clamp(*search_.until, search_.from, std::max(reading.asked, search_.from));
  if (!answer.next_token.empty()) {
    if (auto ok = search_.chain.follow(answer.next_token, rules_.most_pages); ok) {
      search_.token = answer.next_token;
      page.next.text = text(true);
      page.more = true;
      return;
    } else {
      page.set_aside.push_back(ok.error());
      token_refused(page);
      page.more = false;  // not at once: it would only go round again
      return;
    }
  }
  Instant& bound = by_update ? updated_ : created_;
  const Instant until = search_.until.value_or(reading.asked - rules_.history_end);
  bound = std::max(bound, until - rules_.overlap);
  if (by_update)
    updated_at_ = now_;
  else if (search_.until)
    page.complete_before = until - rules_.visibility;
  page.next.text = text(false);
}

void OrderFeed::token_refused(ports::Page& page) const {
  page.next.text = text(false);
  page.more = true;
}

Result<HistoryFeed> HistoryFeed::resume(std::string_view cursor, Instant now, Millis reach,
                                        const PollRules& rules) {
  HistoryFeed feed(rules, now - rules.history_end);
  feed.width_ = rules.window;
  if (cursor.empty()) {
    feed.begin_window(now - reach);
    return feed;
  }
  const auto text = CursorText::parse(cursor);
  if (!text) return std::unexpected(text.error());
  const auto chain = PageChain::read(*text);
  if (!text->is("history", 1) || !chain) return stale();
  if (const auto done = text->instant("done"); sane(done)) {
    feed.begin_window(std::min(*done, feed.end_) - rules.reconcile_reach);
    return feed;
  }
  const auto from = text->instant("from");
  const auto width = text->number("width");
  if (!sane(from) || !width || *width > 3'660'000) return stale();
  feed.width_ = std::clamp<Millis>(std::chrono::seconds(*width), rules.least_window, rules.window);
  feed.begin_window(std::min(*from, feed.end_));
  const auto token = text->text("token");
  const auto to = text->instant("to");
  if (token && !token->empty()) {
    if (!sane(to) || *to < feed.search_.from || *to > feed.end_) return stale();
    feed.search_.to = to;
    feed.search_.token = *token;
    feed.search_.chain = *chain;
  }
  return feed;
}

void HistoryFeed::begin_window(Instant from) {
  search_ = {.by = OrdersBy::creation, .from = from, .to = std::min(from + width_, end_)};
}

std::string HistoryFeed::text() const {
  CursorText out("history", 1);
  out.set("from", search_.from);
  out.set("width", static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(width_).count()));
  if (search_.token.empty()) return out.str();
  out.set("to", *search_.to).set("token", search_.token);
  search_.chain.write(out);
  return out.str();
}

void HistoryFeed::answered(const Decoded& answer, ports::Page& page) {
  if (!answer.next_token.empty()) {
    if (auto ok = search_.chain.follow(answer.next_token, rules_.most_pages); ok) {
      search_.token = answer.next_token;
      page.next.text = text();
    } else {
      page.set_aside.push_back(ok.error());
      token_refused(page);
    }
    page.more = true;
    return;
  }
  const Instant to = *search_.to;
  page.complete_before = to - rules_.visibility;
  if (to >= end_) {
    page.next.text = CursorText("history", 1).set("done", to).str();
    return;
  }
  HistoryFeed next = *this;
  next.width_ = std::min<Millis>(width_ * 2, rules_.window);  // back to the full width once halves went well
  next.begin_window(to);
  page.next.text = next.text();
  page.more = true;
}

void HistoryFeed::token_refused(ports::Page& page) const {
  HistoryFeed again = *this;
  again.width_ = std::max<Millis>(width_ / 2, rules_.least_window);
  again.begin_window(search_.from);
  page.next.text = again.text();
  page.more = true;
}

}  // namespace forestall::amazon
