// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/round.hpp"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "daemon/alerting/compose.hpp"
#include "daemon/alerting/hours.hpp"

namespace forestall::alerting {
namespace {

struct Group {
  const config::NotifySettings* sink = nullptr;
  std::string name{};
  GroupFacts facts{};
  // Not to be told now (acknowledged, silenced), but known there: kept as known.
  std::vector<const Standing*> known{};
};
using Groups = std::map<std::pair<std::string, std::string>, Group>;

const Told* told_of(const State& state, const std::string& sink, const std::string& group) {
  const auto at = state.told.find({sink, group});
  return at == state.told.end() ? nullptr : &at->second;
}

bool knows(const Told* told, const Standing& standing) {
  return told != nullptr && told->find(occurrence_of(standing)) != nullptr;
}

// Where each alert goes: all sinks by their own filters, and the ones that others escalate to.
class Placement {
 public:
  Placement(const State& state, const RoundFacts& facts) : state_(state), facts_(facts) {
    for (const auto& sink : facts.sinks) by_id_[sink.id] = &sink;
  }

  // `place` is called with each sink and group; answers when an escalation will be due, where one will.
  template <class Place>
  std::optional<Instant> each(const Standing& standing, const Place& place) const {
    std::optional<Instant> later;
    std::set<std::string> escalated;
    for (const auto& sink : facts_.sinks) {
      const auto how = route(sink, standing.alert);
      if (!goes(how)) continue;
      const auto group = group_of(sink, standing.alert, how);
      place(sink, group);
      if (!sink.escalate_to) continue;
      const auto to = by_id_.find(*sink.escalate_to);
      if (to == by_id_.end()) continue;
      const bool told = knows(told_of(state_, sink.id, group), standing);
      const auto name = group_of(*to->second, standing.alert, Route::escalated);
      // Once it was escalated its end is told there too.
      const bool known_there = knows(told_of(state_, to->first, name), standing);
      if (known_there || escalates(sink, standing, told, facts_.now)) {
        if (escalated.insert(to->first).second) place(*to->second, name);
      } else if (told && standing.stands() && !standing.acked && standing.alert.lasting) {
        const auto due = standing.changed + sink.escalate_after;
        if (!later || due < *later) later = due;
      }
    }
    return later;
  }

 private:
  const State& state_;
  const RoundFacts& facts_;
  std::map<std::string, const config::NotifySettings*> by_id_;
};

void sooner(std::optional<Instant>& at, const std::optional<Instant>& other, Instant now) {
  if (other && *other > now && (!at || *other < *at)) at = other;
}

enum class Kept : std::uint8_t { no, inhibited, silenced, acknowledged };

Kept kept_back(const Standing& standing, const Inhibitors& inhibitors, const State& state, Instant now) {
  if (inhibitors.of(standing) != Inhibition::none) return Kept::inhibited;
  if (silenced_by(standing, state.silences, now) != nullptr) return Kept::silenced;
  if (standing.acked) return Kept::acknowledged;
  return Kept::no;
}

void complete(Group& group, const RoundFacts& facts,
              const std::set<std::pair<std::string, std::string>>& on_its_way) {
  auto& g = group.facts;
  const auto& sink = *group.sink;
  g.on_its_way = on_its_way.contains({sink.id, group.name});
  g.quiet_until = quiet_until(facts.seller.quiet_hours, facts.seller.time_zone, facts.now);
  g.digest = is_digest(group.name);
  if (!g.digest) return;
  Instant since = g.told != nullptr ? g.told->at : facts.now;
  if (const auto fresh = fresh_of(g); !fresh.empty())
    since = (*std::ranges::min_element(fresh, {}, &Standing::changed))->changed;
  g.digest_due = digest_due(sink.digest.value_or(std::chrono::hours(24)), facts.seller.time_zone, since);
}

Told told_after(const Group& group, Instant now) {
  Told told{.at = now};
  for (const auto* one : group.facts.standing)
    told.standing.push_back({occurrence_of(*one), one->alert.severity});
  for (const auto* one : group.known) told.standing.push_back({occurrence_of(*one), one->alert.severity});
  std::ranges::sort(told.standing, {}, &Told::One::occurrence);
  return told;
}

NewMessage message_of(const Group& group, const RoundFacts& facts, Tell why) {
  const bool escalated = group.name.starts_with("escalated ");
  // Things that happened are told once; with states everything that stands is told again, so that the last
  // message holds it all.
  std::vector<const Standing*> standing;
  const auto fresh_list = fresh_of(group.facts);
  const std::unordered_set<const Standing*> fresh(fresh_list.begin(), fresh_list.end());
  for (const auto* one : group.facts.standing)
    if (one->alert.lasting || fresh.contains(one)) standing.push_back(one);
  auto notice = compose({.id = facts.new_id(),
                         .seller = facts.seller.id,
                         .seller_name = facts.seller.name.value_or(facts.seller.id.str()),
                         .sink = group.sink->id,
                         .group = group.name,
                         .escalated = escalated,
                         .repeat = group.sink->repeat,
                         .link = facts.link,
                         .now = facts.now},
                        std::move(standing), group.facts.over);
  return {.message = {.sink = group.sink->id, .group = group.name, .notice = std::move(notice)},
          .told = told_after(group, facts.now),
          .why = why};
}

}  // namespace

// First where each alert goes, then what is to be said of each group.
struct Pass::Work {
  Work(const State& of, const RoundFacts& known)
      : state(of), facts(known), inhibitors(state.book, facts.inhibit), placement(state, facts) {}

  // The next so many of the book, wherever it was left: in between it may have grown.
  template <class Look>
  bool some(const Look& look) {
    const auto& all = state.book.all();
    auto at = last.empty() ? all.begin() : all.upper_bound(last);
    for (std::size_t n = 0; at != all.end() && n < alerts_a_slice; ++at, ++n) {
      last = at->first;
      look(at->second);
    }
    if (at != all.end()) return true;
    last.clear();
    return false;
  }
  void place(const Standing& standing);
  void say(Group& group);

  const State& state;
  const RoundFacts& facts;
  Inhibitors inhibitors;
  Placement placement;
  enum class Stage : std::uint8_t { gather, say, over } stage = Stage::gather;
  std::string last{};  // of the book
  Groups groups{};
  std::set<std::pair<std::string, std::string>> on_its_way{};
  Round round{};
};

void Pass::Work::place(const Standing& standing) {
  const auto kept = kept_back(standing, inhibitors, state, facts.now);
  const bool event = !standing.alert.lasting;
  if (event && !standing.stands()) return;
  bool waits_somewhere = false;
  const auto due = placement.each(standing, [&](const config::NotifySettings& sink, const std::string& name) {
    const auto* told = told_of(state, sink.id, name);
    const bool known = knows(told, standing);
    if (!standing.stands() && !known) return;
    auto& group = groups[{sink.id, name}];
    group.sink = &sink;
    group.name = name;
    group.facts.told = told;
    if (!standing.stands())
      group.facts.over.push_back(&standing);
    else if (kept == Kept::no)
      group.facts.standing.push_back(&standing);
    else if (known)
      group.known.push_back(&standing);
    if (event && !known && kept == Kept::no) waits_somewhere = true;
  });
  sooner(round.again_at, due, facts.now);
  // Whoever silenced it does not want to hear of it later either.
  if (event && !waits_somewhere) round.spent.push_back(standing.id);
}

void Pass::Work::say(Group& group) {
  complete(group, facts, on_its_way);
  const auto verdict = dedupe(group.facts, *group.sink, facts.now);
  sooner(round.again_at, verdict.again_at, facts.now);
  if (tells(verdict.tell)) round.messages.push_back(message_of(group, facts, verdict.tell));
}

Pass::Pass(const State& state, const RoundFacts& facts) : work_(std::make_unique<Work>(state, facts)) {}
Pass::~Pass() = default;

bool Pass::step() {
  auto& w = *work_;
  switch (w.stage) {
    case Work::Stage::gather:
      if (w.some([&](const Standing& one) { w.place(one); })) return true;
      for (const auto& [id, message] : w.state.outbox) w.on_its_way.emplace(message.sink, message.group);
      for (const auto& [id, silence] : w.state.silences) sooner(w.round.again_at, silence.until, w.facts.now);
      w.stage = Work::Stage::say;
      return true;
    case Work::Stage::say: {
      // Of small groups several.
      for (std::size_t n = 0; !w.groups.empty() && n < alerts_a_slice;) {
        auto node = w.groups.extract(w.groups.begin());
        auto& group = node.mapped();
        n += 1 + group.facts.standing.size() + group.facts.over.size();
        w.say(group);
      }
      if (w.groups.empty()) w.stage = Work::Stage::over;
      return w.stage != Work::Stage::over;
    }
    case Work::Stage::over:
      return false;
  }
  return false;
}

Round Pass::take() { return std::move(work_->round); }

Round run(const State& state, const RoundFacts& facts) {
  Pass pass(state, facts);
  while (pass.step()) {
  }
  return pass.take();
}

Explainer::Explainer(const State& state, RoundFacts facts)
    : state_(state), facts_(std::move(facts)), inhibitors_(state.book, facts_.inhibit) {}

std::vector<std::pair<std::string, std::string>> Explainer::of(const Standing& standing) const {
  std::vector<std::pair<std::string, std::string>> why;
  const auto inhibition = inhibitors_.of(standing);
  const auto* silence = silenced_by(standing, state_.silences, facts_.now);
  for (const auto& sink : facts_.sinks) {
    const auto how = route(sink, standing.alert);
    std::string text(word(how));
    if (goes(how)) {
      const auto group = group_of(sink, standing.alert, how);
      const auto* told = told_of(state_, sink.id, group);
      if (knows(told, standing))
        text = "told";
      else if (inhibition != Inhibition::none)
        text = "inhibited: " + std::string(word(inhibition));
      else if (silence != nullptr)
        text = "snoozed by " + silence->by;
      else if (standing.acked)
        text = "acknowledged by " + standing.acked_by;
      else
        text = "waiting";
    }
    why.emplace_back(sink.id, std::move(text));
  }
  return why;
}

}  // namespace forestall::alerting
