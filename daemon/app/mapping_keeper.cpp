// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/mapping_keeper.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <ranges>
#include <utility>

#include "config/base/file.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::size_t max_mapping_bytes = std::size_t{1} << 30;
constexpr std::size_t named_in_log = 20;
constexpr std::size_t rows_shown = 100;
// Each well below a millisecond, so that a turn of the loop holds one of them and whatever else it must do.
constexpr std::size_t listings_a_turn = 500;
constexpr std::size_t listings_a_call = 500;
constexpr std::size_t rows_a_turn = 20'000;  // when looking for the unmapped ones
// Passing over all stored orders takes Redis a while; it gets at most a tenth of its time.
constexpr int follow_rest = 9;

awaitable<void> yield(asio::any_io_executor executor) { co_await asio::post(executor, asio::use_awaitable); }

}  // namespace

MappingKeeper::MappingKeeper(Context& context, flow::Flow& flow, flow::Seller& seller, Logger log)
    : context_(context),
      flow_(flow),
      row_(seller),
      log_(std::move(log)),
      in_force_(context.conditions.declare("mapping " + seller.settings.id.str(),
                                           "the mapping of the listings is not in force yet")),
      woken_(context.executor, asio::steady_timer::time_point::max()) {}

void MappingKeeper::reload() {
  reload_wanted_ = true;
  woken_.cancel();
}

void MappingKeeper::tick() {
  const auto unmapped = row_.ledger->mirror().unmapped();
  // Once the number stands still: a channel that is read for the first time is one report, not a thousand.
  const bool settled = unmapped == seen_unmapped_ && unmapped != reported_unmapped_;
  seen_unmapped_ = unmapped;
  if (settled || row_.listing_map.pass_wanted() || row_.ledger->mapping_to_follow()) woken_.cancel();
}

void MappingKeeper::closed() {
  row_.mapped = false;
  in_force_.missing("the ledger is not open");
}

// Reading and parsing a large file takes seconds: not on the loop.
awaitable<Result<mapping::MappingFile>> MappingKeeper::read() {
  if (!row_.settings.mapping_file) co_return mapping::MappingFile{};
  std::vector<AccountId> accounts;
  for (const auto& account : context_.settings.accounts)
    if (account.seller == row_.settings.id) accounts.push_back(account.id);
  auto file = co_await context_.workers.run(
      [path = *row_.settings.mapping_file, accounts](std::stop_token) -> Result<mapping::MappingFile> {
        const auto bytes = read_file(path, max_mapping_bytes);
        if (!bytes) return std::unexpected(bytes.error());
        auto parsed = mapping::parse_mapping(*bytes, accounts);
        if (!parsed) return fail_in(path.string(), parsed.error());
        return parsed;
      });
  co_return file;
}

Status MappingKeeper::refuse(const Error& reason) {
  refused_ = reason.detail;
  log_.error("mapping_refused", {{"reason", reason}, {"consequence", "the former mapping stays"}});
  const auto& mirror = row_.ledger->mirror();
  row_.mapped = row_.listing_map.in_force() || mirror.unmapped() < mirror.listings();
  if (row_.mapped)
    in_force_.met();
  else
    in_force_.missing("the mapping file was refused: " + refused_);
  return {};
}

awaitable<Status> MappingKeeper::pass() {
  reload_wanted_ = false;
  const auto path = row_.settings.mapping_file ? row_.settings.mapping_file->string() : std::string();
  auto file = co_await read();
  if (!file) co_return refuse(file.error());
  for (const auto& problem : file->problems | std::views::take(named_in_log))
    log_.warning("mapping_row", {{"file", path}, {"line", problem.line}, {"problem", problem.reason}});
  if (file->unattributed > 0)
    co_return refuse(
        {ErrorCode::parse, false,
         path + ": " + std::to_string(file->unattributed) + " rows whose listing cannot be read"});

  Read done{.file = path,
            .at = context_.clock.now(),
            .listings = file->mapping.listings(),
            .rows = file->rows,
            .problem_count = file->problem_count,
            .problems = std::move(file->problems)};
  done.problems.resize(std::min(done.problems.size(), rows_shown));
  row_.listing_map.begin_pass();
  const auto sent = co_await send(file->mapping);
  if (!sent) {
    row_.listing_map.abandon_pass();
    co_return std::unexpected(sent.error());
  }
  refused_.clear();
  read_ = std::move(done);
  row_.mapped = true;
  in_force_.met();
  log_.info("mapping_in_force", {{"file", path},
                                 {"listings", read_->listings},
                                 {"changed", *sent},
                                 {"problems", read_->problem_count},
                                 {"unmapped", row_.ledger->mirror().unmapped()},
                                 {"ambiguous", row_.listing_map.file().ambiguous().size()}});
  report_ambiguous();
  co_await report_unmapped();
  co_return Status{};
}

awaitable<Status> MappingKeeper::send_batch(std::vector<ledger::Mapping>& batch, std::size_t& sent) {
  if (batch.empty()) co_return Status{};
  sent += batch.size();
  auto moved = co_await row_.ledger->map(std::exchange(batch, {}));
  if (!moved) co_return std::unexpected(moved.error());
  flow_.tell(row_, std::move(*moved));
  co_return Status{};
}

// Ends with the mapping in force, in the same turn in which nothing was left to send.
awaitable<Result<std::size_t>> MappingKeeper::send(mapping::Mapping& file) {
  const auto& mirror = row_.ledger->mirror();
  flow::MappingPass pass(file);
  std::vector<ledger::Mapping> batch;
  std::size_t sent = 0;
  for (bool done = false; !done;) {
    done = pass.step(mirror, listings_a_turn, batch);
    if (done || batch.size() >= listings_a_call) {
      if (auto ok = co_await send_batch(batch, sent); !ok) co_return std::unexpected(ok.error());
    } else {
      co_await yield(context_.executor);
    }
  }
  for (;;) {
    const auto waiting = row_.listing_map.take_waiting();
    if (waiting.empty()) break;
    batch = flow::mappings_to_send(mirror, file, waiting);
    if (auto ok = co_await send_batch(batch, sent); !ok) co_return std::unexpected(ok.error());
  }
  row_.listing_map.end_pass(file.take_ambiguous());
  // Millions of texts are freed where it delays nobody.
  co_await context_.workers.run([&file](std::stop_token) { file = {}; });
  co_return sent;
}

awaitable<void> MappingKeeper::run() {
  for (;;) {
    const bool stands = seen_unmapped_ == row_.ledger->mirror().unmapped();
    const auto now = context_.machine_clock.monotonic();
    if (reload_wanted_ || row_.listing_map.pass_wanted()) {
      if (auto ok = co_await pass(); !ok) log_.warning("mapping_not_sent", {{"reason", ok.error()}});
    } else if (row_.ledger->mapping_to_follow() && now >= follow_at_) {
      auto moved = co_await row_.ledger->follow_mapping();
      const auto spent = context_.machine_clock.monotonic() - now;
      follow_at_ = now + spent + follow_rest * spent;
      if (moved)
        flow_.tell(row_, std::move(*moved));
      else
        log_.warning("mapping_not_followed", {{"reason", moved.error()}});
    } else if (stands && seen_unmapped_ != reported_unmapped_) {
      co_await report_unmapped();
    }
    if (!reload_wanted_) co_await woken_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

// Listings without components that the file does not contradict itself about.
awaitable<std::vector<MappingKeeper::Unattributed>> MappingKeeper::unmapped(std::size_t limit) const {
  const auto& mirror = row_.ledger->mirror();
  const auto generation = mirror.generation();
  std::vector<Unattributed> found;
  const auto turns = mirror.listings();
  for (std::size_t at = 0; at < turns && found.size() < limit && mirror.unmapped() > 0; ++at) {
    if (at % rows_a_turn == rows_a_turn - 1) {
      co_await yield(context_.executor);
      if (mirror.generation() != generation) break;
    }
    const ledger::ListingRef ref{static_cast<std::uint32_t>(at)};
    if (mirror.is_mapped(ref)) continue;
    const auto account = AccountId::literal(mirror.account_of(ref));
    const auto listing = ListingId::literal(mirror.text_of(ref));
    const auto is =
        mapping::resolve(row_.listing_map.file(), account, listing, mirror.is_known(listing.str()));
    if (is.found == mapping::Found::ambiguous) continue;
    found.push_back({account.str(), listing.str(),
                     is.found == mapping::Found::unmapped ? is.reason : "its mapping is about to be sent"});
  }
  co_return found;
}

void MappingKeeper::report_ambiguous() const {
  const auto& file = row_.listing_map.file();
  for (const auto& entry : file.ambiguous() | std::views::take(named_in_log))
    log_.warning(
        "listing_ambiguous",
        {{"account", file.accounts()[entry.account]}, {"listing", entry.listing}, {"reason", entry.reason}});
}

awaitable<void> MappingKeeper::report_unmapped() {
  seen_unmapped_ = reported_unmapped_ = row_.ledger->mirror().unmapped();
  const auto named = co_await unmapped(named_in_log);
  for (const auto& listing : named)
    log_.warning("listing_unmapped",
                 {{"account", listing.account}, {"listing", listing.listing}, {"reason", listing.reason}});
  if (reported_unmapped_ > named_in_log)
    log_.warning("listings_unmapped", {{"count", reported_unmapped_}, {"named", named.size()}});
}

awaitable<web::Response> MappingKeeper::show(std::size_t limit) const {
  const auto& mirror = row_.ledger->mirror();
  const auto& file = row_.listing_map.file();
  json::object answer{{"seller", row_.settings.id.str()}, {"in_force", row_.mapped}};
  if (read_ && !read_->file.empty()) {
    json::array problems;
    for (const auto& problem : read_->problems | std::views::take(limit))
      problems.push_back(json::object{{"line", problem.line}, {"problem", problem.reason}});
    answer["file"] = json::object{
        {"path", read_->file}, {"read_at", to_string(read_->at)},       {"listings", read_->listings},
        {"rows", read_->rows}, {"problem_count", read_->problem_count}, {"problems", std::move(problems)}};
  }
  if (refused()) answer["refused"] = refused_;
  json::array ambiguous;
  for (const auto& entry : file.ambiguous() | std::views::take(limit))
    ambiguous.push_back(json::object{{"account", file.accounts()[entry.account].str()},
                                     {"listing", entry.listing.str()},
                                     {"reason", entry.reason}});
  answer["ambiguous"] = std::move(ambiguous);
  json::array unmapped_list;
  for (auto& listing : co_await unmapped(limit))
    unmapped_list.push_back(json::object{{"account", std::move(listing.account)},
                                         {"listing", std::move(listing.listing)},
                                         {"reason", std::move(listing.reason)}});
  answer["unmapped"] = std::move(unmapped_list);
  answer["counts"] = json::object{{"listings", mirror.listings()},
                                  {"without_sku", mirror.unmapped()},
                                  {"ambiguous", file.ambiguous().size()}};
  co_return web::json(json::serialize(answer));
}

}  // namespace forestall::app
