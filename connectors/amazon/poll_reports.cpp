// SPDX-License-Identifier: Apache-2.0
// What comes by report: the listings of a large catalogue, the seller's health, and (not a report, but as
// slow) what Amazon holds.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>

#include "config/base/text.hpp"
#include "connectors/amazon/connector.hpp"
#include "connectors/amazon/health_decoder.hpp"
#include "connectors/amazon/inventory_decoder.hpp"
#include "connectors/amazon/requests.hpp"

namespace forestall::amazon {
namespace asio = boost::asio;
using ports::Feed;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view listings_name = "listings-report", health_name = "health";
constexpr auto look_again = 30s;   // whether a report is done
constexpr auto ask_again = 30min;  // for a report that Amazon did not make: more often it makes none
// A page of rows, and how much text is looked at between two turns of the loop: about 1 ms.
constexpr std::uint64_t rows_a_page = 500;
constexpr std::size_t bytes_a_turn = std::size_t{128} << 10;
constexpr std::uint64_t most_inventory_pages = 100'000;
constexpr std::size_t most_of_a_small_report = std::size_t{8} << 20;

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

std::string charset_of(const http::Response& response) {
  const auto type = to_lower(http::find_header(response.headers, "content-type").value_or(""));
  const auto at = type.find("charset=");
  if (at == std::string::npos) return {};
  auto name = std::string_view(type).substr(at + 8);
  name = trim(name.substr(0, name.find(';')));
  if (name.size() >= 2 && name.front() == '"') name = name.substr(1, name.size() - 2);
  return std::string(name);
}

asio::awaitable<void> let_others_in() {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

}  // namespace

void Connector::hold(Feed feed, std::chrono::nanoseconds wait) {
  not_before_[static_cast<std::size_t>(feed)] = clock_.monotonic() + wait;
}

Task<ReportCursor> Connector::ask_for_report(std::string_view name, std::string_view type,
                                             Monotonic deadline) {
  const Instant asked = clock_.now();
  auto response = co_await call(Op::create_report, create_report(place_, type), deadline);
  if (!response) co_return std::unexpected(response.error());
  auto id = decode_created_report(response->body);
  if (!id) co_return fail_in("createReport", id.error());
  co_return ReportCursor{
      .name = std::string(name), .id = std::move(*id), .asked = asked, .document = {}, .row = 0};
}

Task<bool> Connector::report_is_done(Feed feed, ReportCursor& report, ports::Page& page, Monotonic deadline) {
  if (!report.document.empty()) co_return true;
  auto response = co_await call(Op::get_report, get_report(report.id), deadline);
  if (!response) {
    if (response.error().code != ErrorCode::not_found) co_return std::unexpected(response.error());
    co_return fail(ErrorCode::conflict, response.error().detail);
  }
  auto status = decode_report_status(response->body);
  if (!status) co_return fail_in("getReport", status.error());
  const bool too_long = clock_.now() - report.asked > report_patience;
  if (status->stage == ReportStage::done) {
    report.document = std::move(status->document);
    co_return true;
  }
  page.more = true;
  page.bytes = response->body.size();
  if (status->stage == ReportStage::waiting && !too_long) {
    hold(feed, look_again);
    page.next.text = report.str();
    co_return false;
  }
  // Nothing has been read: nothing changes, and it is asked for anew.
  hold(feed, ask_again);
  page.next.text.clear();
  page.set_aside.push_back(
      {ErrorCode::unavailable, true, fmt::format("Amazon did not make report {}", printable(report.id, 40))});
  co_return false;
}

Task<http::Response> Connector::download(const ReportCursor& report, Monotonic deadline) {
  auto response = co_await call(Op::get_report_document, get_report_document(report.document), deadline);
  if (!response) {
    if (response.error().code != ErrorCode::not_found) co_return std::unexpected(response.error());
    co_return fail(ErrorCode::conflict, response.error().detail);
  }
  auto document = decode_report_document(response->body);
  if (!document) co_return fail_in("getReportDocument", document.error());
  auto bytes = co_await session_->download(place_.marketplace, document->link, deadline - clock_.monotonic());
  if (bytes) co_return bytes;
  // The link is the permission: one that is refused has expired, and the next attempt gets another.
  if (bytes.error().code == ErrorCode::forbidden || bytes.error().code == ErrorCode::unauthenticated)
    co_return fail_retryable(ErrorCode::unavailable, bytes.error().detail);
  co_return std::unexpected(bytes.error());
}

Task<ports::Page> Connector::begin_listings_report(ports::Page page, Monotonic deadline) {
  auto report = co_await ask_for_report(listings_name, all_listings_report, deadline);
  if (!report) co_return std::unexpected(report.error());
  hold(Feed::listings, look_again);
  page.next.text = report->str();
  page.more = true;
  co_return page;
}

// The report in memory serves page after page; after a restart it is fetched again, and what was told is
// passed over.
Task<bool> Connector::open_listings_report(const ReportCursor& at, Monotonic deadline) {
  if (report_ && report_id_ == at.id && report_->rows() == at.row) co_return true;
  report_.reset();
  auto bytes = co_await download(at, deadline);
  if (!bytes) co_return std::unexpected(bytes.error());
  const bool gzip = is_gzip(bytes->body);
  report_ =
      std::make_unique<ListingsReport>(std::move(bytes->body), gzip, charset_of(*bytes), place_, at.asked);
  report_id_ = at.id;
  while (report_->rows() < at.row) {
    if (report_->at_end())
      co_return fail(ErrorCode::conflict,
                     fmt::format("the report has {} rows, not {}", report_->rows(), at.row));
    if (auto ok = report_->skip_to(at.row, bytes_a_turn); !ok) co_return std::unexpected(ok.error());
    co_await let_others_in();
  }
  co_return true;
}

// A document that cannot be read will not get better: what was told stands, and another one is asked for.
// Whatever else went wrong is tried again with the same one.
Result<ports::Page> Connector::give_up_report(Feed feed, const Error& error, ports::Page page) {
  const bool hopeless = error.code == ErrorCode::parse || error.code == ErrorCode::too_large ||
                        error.code == ErrorCode::unsupported;
  if (!hopeless) return std::unexpected(error);
  hold(feed, ask_again);
  page.set_aside.push_back(error);
  page.next.text.clear();
  page.more = true;
  return page;
}

Task<ports::Page> Connector::poll_listings_report(const CursorText& from, Monotonic deadline) {
  auto at = ReportCursor::parse(from, listings_name);
  if (!at) co_return std::unexpected(at.error());
  ports::Page page;
  const auto done = co_await report_is_done(Feed::listings, *at, page, deadline);
  if (!done) co_return std::unexpected(done.error());
  if (!*done) co_return page;
  if (auto open = co_await open_listings_report(*at, deadline); !open) {
    report_.reset();
    co_return give_up_report(Feed::listings, fail_in("the report of all listings", open.error()).error(), {});
  }
  const auto until = at->row + rows_a_page;
  while (report_->rows() < until && !report_->at_end()) {
    auto piece = report_->read(until - report_->rows(), bytes_a_turn);
    if (!piece) {
      report_.reset();
      co_return give_up_report(Feed::listings, fail_in("the report of all listings", piece.error()).error(),
                               std::move(page));
    }
    std::ranges::move(piece->observations, std::back_inserter(page.observations));
    std::ranges::move(piece->set_aside, std::back_inserter(page.set_aside));
    co_await let_others_in();
  }
  page.more = !report_->at_end();
  at->row = report_->rows();
  page.next.text = page.more ? at->str() : CursorText("listings", 1).str();
  if (!page.more) report_.reset();
  co_return page;
}

Task<model::AccountHealth> Connector::read_health(const ReportCursor& report, Monotonic deadline) {
  auto bytes = co_await download(report, deadline);
  if (!bytes) co_return std::unexpected(bytes.error());
  const Reading reading{report.asked, bytes->received};
  if (!is_gzip(bytes->body)) co_return decode_health(bytes->body, place_, reading);
  std::string content;
  http::Inflater inflater(http::ContentCoding::gzip);
  auto ok = inflater.feed(bytes->body, content, most_of_a_small_report);
  if (ok) ok = inflater.finish();
  if (!ok) co_return std::unexpected(ok.error());
  co_return decode_health(content, place_, reading);
}

Task<ports::Page> Connector::poll_health(ports::Cursor from, Monotonic deadline) {
  ports::Page page;
  if (from.text.empty()) {
    auto report = co_await ask_for_report(health_name, performance_report, deadline);
    if (!report) co_return std::unexpected(report.error());
    hold(Feed::health, look_again);
    page.next.text = report->str();
    page.more = true;
    co_return page;
  }
  const auto text = CursorText::parse(from.text);
  if (!text) co_return std::unexpected(text.error());
  auto report = ReportCursor::parse(*text, health_name);
  if (!report) co_return std::unexpected(report.error());
  const auto done = co_await report_is_done(Feed::health, *report, page, deadline);
  if (!done) co_return std::unexpected(done.error());
  if (!*done) co_return page;
  auto health = co_await read_health(*report, deadline);
  if (!health)
    co_return give_up_report(Feed::health, fail_in("the performance report", health.error()).error(), {});
  page.observations.emplace_back(std::move(*health));
  page.more = false;
  co_return page;  // the next one begins anew
}

Task<ports::Page> Connector::poll_channel_stock(ports::Cursor from, Monotonic deadline) {
  std::string token;
  PageChain chain;
  if (!from.text.empty()) {
    const auto text = CursorText::parse(from.text);
    if (!text) co_return std::unexpected(text.error());
    const auto read = PageChain::read(*text);
    if (!text->is("fba", 1) || !read) co_return fail(ErrorCode::conflict, "the cursor is none of this feed");
    token = text->text("token").value_or("");
    chain = *read;
  }
  ports::Page page;
  auto response = co_await call(Op::get_inventory, get_inventory(place_, token), deadline);
  if (!response) {
    // Page tokens live thirty seconds.
    const bool too_old = response.error().code == ErrorCode::invalid_argument && !token.empty();
    if (!too_old) co_return std::unexpected(response.error());
    co_return fail(ErrorCode::conflict, response.error().detail);
  }
  auto decoded = decode_inventory(response->body, place_, reading_of(*response));
  if (!decoded) co_return fail_in("getInventorySummaries", decoded.error());
  page.observations = std::move(decoded->observations);
  page.set_aside = std::move(decoded->set_aside);
  page.bytes = response->body.size();
  if (decoded->next_token.empty()) co_return page;
  if (auto ok = chain.follow(decoded->next_token, most_inventory_pages); !ok) {
    page.set_aside.push_back(ok.error());
    co_return page;
  }
  CursorText next("fba", 1);
  next.set("token", decoded->next_token);
  chain.write(next);
  page.next.text = next.str();
  page.more = true;
  co_return page;
}

}  // namespace forestall::amazon
