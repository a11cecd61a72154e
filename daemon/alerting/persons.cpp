// SPDX-License-Identifier: Apache-2.0
// What persons ask of the alerts of one seller: each is stored before it is answered.
#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "config/base/text.hpp"
#include "daemon/alerting/seller_alerts.hpp"

namespace forestall::alerting {

using boost::asio::awaitable;
namespace json = boost::json;

namespace {

std::unexpected<Error> not_open() {
  return fail(ErrorCode::unavailable, "the seller's ledger is not open; see /readyz");
}

std::unexpected<Error> unknown(std::string_view which, const SellerId& seller) {
  return fail(ErrorCode::not_found,
              fmt::format("no alert that stands begins with \"{}\", or several do; see forestall alerts "
                          "--seller {}",
                          printable(which, 40), seller.str()));
}

}  // namespace

awaitable<Result<std::vector<std::string>>> SellerAlerts::acknowledge(std::vector<std::string> which,
                                                                      std::string who) {
  if (!opened_) co_return not_open();
  std::vector<std::string> ids;
  for (const auto& digits : which) {
    const auto* standing = state_.book.find_by_prefix(digits);
    if (standing == nullptr || !standing->stands()) co_return unknown(digits, seller());
    ids.push_back(standing->id);
  }
  Step step;
  for (const auto& id : ids) {
    state_.book.acknowledge(id, ports_.clock.now(), who);
    step.put(*state_.book.find(id));
    step.log("acknowledged", json::serialize(json::object{{"alert", id}, {"by", who}}));
  }
  if (auto ok = co_await store_.write(std::move(step)); !ok) co_return std::unexpected(ok.error());
  ports_.log.notice("alerts_acknowledged", {{"alerts", ids.size()}, {"by", who}});
  wake();
  co_return ids;
}

awaitable<Result<Silence>> SellerAlerts::snooze(Silence wish, Millis length) {
  if (!opened_) co_return not_open();
  if (wish.alert.empty() && !wish.kind && wish.account.empty())
    co_return fail(ErrorCode::invalid_argument, "say what to snooze: an alert, a kind or an account");
  if (!wish.alert.empty()) {
    const auto* standing = state_.book.find_by_prefix(wish.alert);
    if (standing == nullptr || !standing->stands()) co_return unknown(wish.alert, seller());
    wish.alert = standing->id;
  }
  wish.id = fmt::format("{:08x}", ports_.random.bits() & 0xffffffffU);
  wish.since = ports_.clock.now();
  wish.until = wish.since + length;
  Step step;
  step.put(wish).log("snoozed", json::serialize(json::object{{"silence", wish.id},
                                                             {"alert", wish.alert},
                                                             {"kind", wish.kind ? word(*wish.kind) : ""},
                                                             {"account", wish.account.str()},
                                                             {"until", to_string(wish.until)},
                                                             {"by", wish.by},
                                                             {"why", wish.why}}));
  if (auto ok = co_await store_.write(std::move(step)); !ok) co_return std::unexpected(ok.error());
  state_.silences.insert_or_assign(wish.id, wish);
  ports_.log.notice("alerts_snoozed", {{"silence", wish.id}, {"until", wish.until}, {"by", wish.by}});
  wake();
  co_return wish;
}

awaitable<Status> SellerAlerts::unsnooze(std::string id) {
  if (!opened_) co_return not_open();
  if (!state_.silences.contains(id)) co_return fail(ErrorCode::not_found, "no such snooze");
  Step step;
  step.drop_silence(id).log("unsnoozed", json::serialize(json::object{{"silence", id}}));
  if (auto ok = co_await store_.write(std::move(step)); !ok) co_return ok;
  state_.silences.erase(id);
  wake();
  co_return Status{};
}

awaitable<Result<std::vector<LogLine>>> SellerAlerts::history(std::size_t most) {
  if (!opened_) co_return not_open();
  co_return co_await store_.history(most);
}

awaitable<Status> SellerAlerts::send_test(std::string sink, std::string who) {
  if (!opened_) co_return not_open();
  bool known = false;
  for (const auto& one : sinks_) known = known || one.id == sink;
  if (!known) co_return fail(ErrorCode::not_found, "no [[notify]] of this id");
  const auto now = ports_.clock.now();
  Message message{.sink = sink, .group = "test"};
  message.notice = {
      .id = new_id(),
      .key = seller().str() + "/test",
      .subject = fmt::format("{}: a test message from Forestall",
                             ports_.seller.settings.name.value_or(seller().str())),
      .first = "Nothing to do: whoever reads this is told of alerts.",
      .items = {{.headline = fmt::format("Asked for by {}", who), .urgency = ports::Urgency::info}},
      .labels = {{"seller", seller().str()}, {"kind", "test"}},
      .urgency = ports::Urgency::info,
      .begun = now,
      .made = now,
      .stands_until = now + std::chrono::minutes(5),
      .link = ports_.link};
  Step step;
  step.put(message);
  if (auto ok = co_await store_.write(std::move(step)); !ok) co_return ok;
  auto id = message.id();
  state_.outbox.insert_or_assign(std::move(id), std::move(message));
  for (auto& postman : postmen_) postman.wake();
  co_return Status{};
}

}  // namespace forestall::alerting
