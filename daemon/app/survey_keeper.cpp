// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/survey_keeper.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>

#include "connectors/net/sleep.hpp"

namespace forestall::app {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;
using console::Remark;
using console::Tally;
using namespace std::chrono_literals;

constexpr auto slice_time = 1ms;       // of one turn of the loop
constexpr auto while_watched = 2s;     // between walks
constexpr auto otherwise = 30s;        // the same
constexpr int share_of_the_loop = 50;  // one part in so many

json::value units(const std::optional<Units>& u) {
  return u ? json::value(u->count()) : json::value(nullptr);
}

json::array rows(const std::vector<Remark>& remarks, std::size_t most) {
  json::array all;
  for (const auto& r : remarks) {
    if (all.size() == most) break;
    json::object row{{"account", r.account.str()},
                     {"listing", r.listing.str()},
                     {"sku", r.sku},
                     {"reason", guard::word(r.reason)},
                     {"shown", units(r.shown)},
                     {"backed", units(r.backed)},
                     {"over", r.weight},
                     {"why", r.text}};
    if (r.state) row["state"] = journal::word(*r.state);
    all.push_back(std::move(row));
  }
  return all;
}

json::object tally_json(const Tally& tally) {
  json::object by_reason;
  for (std::size_t r = 0; r < tally.by_reason.size(); ++r)
    if (tally.by_reason[r] > 0) by_reason[guard::word(static_cast<guard::Reason>(r))] = tally.by_reason[r];
  return {{"by_reason", std::move(by_reason)},
          {"over_offered", tally.over_offered},
          {"over_offered_units", tally.over_offered_units},
          {"closed", tally.closed},
          {"closed_units", tally.closed_units},
          {"lowered", tally.lowered},
          {"lowered_units", tally.lowered_units}};
}

}  // namespace

awaitable<void> SurveyKeeper::run() {
  for (;;) {
    if (acts_.open()) co_await walk();
    const auto begun = context_.machine_clock.monotonic();
    // Looked at more often than walked: somebody may begin to watch, and the journal opens some time.
    do co_await net::sleep_for(context_.machine_clock, 500ms);
    while (context_.machine_clock.monotonic() - begun < pause());
  }
}

std::chrono::nanoseconds SurveyKeeper::pause() const {
  if (!at_) return {};
  return std::max<std::chrono::nanoseconds>(watched_ ? while_watched : otherwise, took_ * share_of_the_loop);
}

awaitable<void> SurveyKeeper::walk() {
  const auto& seller = acts_.floor().seller;
  if (!seller.open || seller.ledger == nullptr) co_return;
  const auto generation = seller.ledger->mirror().generation();
  console::Survey survey;
  std::chrono::nanoseconds took{};
  for (std::size_t next = 0;;) {
    // The ledger may have been closed, opened and filled anew between two slices.
    if (!seller.open || seller.ledger == nullptr || seller.ledger->mirror().generation() != generation)
      co_return;
    const auto& mirror = seller.ledger->mirror();
    const auto begun = context_.machine_clock.monotonic();
    while (next < mirror.listings() && context_.machine_clock.monotonic() - begun < slice_time) {
      const auto listing = mirror.listing(static_cast<ledger::ListingRef>(next++));
      if (const auto* desk = acts_.floor().desk(listing.account.str()))
        survey.add(acts_.explain(*desk, listing),
                   acts_.floor().journal.find(listing.account, listing.listing));
    }
    took += context_.machine_clock.monotonic() - begun;
    if (next >= mirror.listings()) break;
    co_await boost::asio::post(context_.executor, boost::asio::use_awaitable);
  }
  latest_ = survey.finish();
  at_ = context_.clock.now();
  took_ = took;
}

json::object SurveyKeeper::summary() const {
  auto all = tally_json(latest_.total());
  all["listings"] = latest_.listings;
  all["persons_found"] = latest_.persons_found;
  all["at"] = at_ ? json::value(to_string(*at_)) : json::value(nullptr);
  json::object accounts;
  for (const auto& [id, tally] : latest_.accounts) accounts[id] = tally_json(tally);
  all["accounts"] = std::move(accounts);
  return all;
}

json::object SurveyKeeper::json(std::size_t most) const {
  return {{"seller", acts_.seller().str()},
          {"at", at_ ? json::value(to_string(*at_)) : json::value(nullptr)},
          {"listings", latest_.listings},
          {"over_offered", latest_.total().over_offered},
          {"at_risk", rows(latest_.at_risk, most)},
          {"persons_found", latest_.persons_found},
          {"persons", rows(latest_.persons, most)}};
}

void SurveyKeeper::collect(metrics::Page& page) const {
  const auto& seller = acts_.seller().str();
  for (const auto& desk : acts_.floor().desks) {
    const auto& id = desk.id().str();
    const auto found = latest_.accounts.find(id);
    const Tally tally = found == latest_.accounts.end() ? Tally{} : found->second;
    const auto gauge = [&](std::string_view name, std::string_view help, std::uint64_t value) {
      page.gauge(name, help, value, {{"seller", seller}, {"account", id}});
    };
    for (std::size_t r = 0; r < tally.by_reason.size(); ++r)
      page.gauge(
          "forestall_listings", "Listings by what is decided for them at the moment.", tally.by_reason[r],
          {{"seller", seller}, {"account", id}, {"reason", guard::word(static_cast<guard::Reason>(r))}});
    gauge("forestall_over_offered_listings", "Listings that show more than the stock behind them.",
          tally.over_offered);
    gauge("forestall_over_offered_units", "Units on offer without stock behind them.",
          tally.over_offered_units);
    gauge("forestall_closed_listings", "Listings at zero by a change of ours that was read back.",
          tally.closed);
    gauge("forestall_closed_units", "Units that those listings showed before that change.",
          tally.closed_units);
  }
  page.gauge("forestall_survey_timestamp_seconds", "When all listings were last looked at; 0: never.",
             at_ ? std::chrono::duration<double>(at_->time_since_epoch()).count() : 0.0,
             {{"seller", seller}});
  page.gauge("forestall_survey_busy_seconds", "Processor time of the last look at all listings.",
             std::chrono::duration<double>(took_).count(), {{"seller", seller}});
}

}  // namespace forestall::app
