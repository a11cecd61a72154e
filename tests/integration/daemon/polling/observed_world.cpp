// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/daemon/polling/observed_world.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/base/text.hpp"
#include "tests/support/daemon/running_daemon.hpp"
#include "tests/support/ledger/sync_ledger.hpp"

namespace forestall::test {

namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

ObservedWorld::ObservedWorld(const WorldOptions& options)
    : stock_folder(folder.file("stock")), server_({.durable = true}), port_(free_port()) {
  std::filesystem::create_directory(stock_folder);
  std::filesystem::create_directory(folder.file("conf"));
  redis_ = std::make_unique<SyncRedis>(server_.socket());
  auto arguments = options.sandbox;
  arguments.insert(arguments.end(), {"--warehouse", stock_folder, "--configure", folder.file("conf")});
  sandbox_ = std::make_unique<RunningSandbox>(std::move(arguments));

  const auto path = folder.file("conf/forestall.toml");
  auto text = contents(path);
  replace_all(text, "127.0.0.1:9464", fmt::format("127.0.0.1:{}", port_));
  replace_all(text, "mode = \"guard\"", "mode = \"observe\"");
  for (const auto& [what, by] : options.replace) replace_all(text, what, by);
  text += fmt::format("\n[redis]\nmode = \"address\"\naddress = \"unix://{}\"\n", server_.socket());
  std::ofstream(path) << text;
}

void ObservedWorld::start_daemon() {
  daemon_ = std::make_unique<ChildProcess>(
      std::vector{program("forestalld"), std::string("--config"), folder.file("conf/forestall.toml"),
                  std::string("--clock-from"), fmt::format("http://127.0.0.1:{}", sandbox_->port())});
}

void ObservedWorld::kill_daemon() {
  daemon_->signal(SIGKILL);
  daemon_->wait_for();
  daemon_.reset();
  redis_->call({"DEL", "forestall:{acme}:lease"});
}

void ObservedWorld::restart_redis() {
  server_.kill();
  server_.start();
  redis_->reconnect();
}

bool ObservedWorld::until_the_end(std::chrono::milliseconds within) {
  return daemon_->wait_for(within) == Ended{0, 0};
}

Instant ObservedWorld::now() const { return parse_instant(sandbox_->control("clock").text("/now")).value(); }

bool ObservedWorld::until(Instant when) const {
  return eventually([&] { return now() >= when; });
}

std::optional<HttpAnswer> ObservedWorld::get(std::string_view target) const {
  try {
    return http_get(port_, target);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

boost::json::value ObservedWorld::status(std::string_view section) const {
  const auto answer = get("/api/v1/status");
  if (!answer || answer->status != 200) return nullptr;
  return boost::json::parse(answer->body).at(section);
}

Finished ObservedWorld::forestall(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {program("forestall"), "--config", folder.file("conf/forestall.toml")});
  return run(std::move(arguments));
}

std::set<std::string> ObservedWorld::orders_of_the_truth(Instant before) const {
  std::set<std::string> orders;
  std::istringstream lines(sandbox_->control("lines").reply.body);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const auto fields = split(line, ',');
    // time,account,order,sku,asked,accepted,...
    if (fields.size() < 6 || fields[5] == "0") continue;
    if (parse_instant(fields[0]).value() >= before) continue;
    orders.insert(fmt::format("{} {:07}", fields[1], parse_integer<std::int64_t>(fields[2]).value()));
  }
  return orders;
}

std::set<std::string> ObservedWorld::orders_of_the_ledger() {
  // "1:100-1234567-0004847": the account's number, and the order's at the end.
  std::map<std::string, std::string> accounts;
  const auto names = redis_->call({"HGETALL", "forestall:{acme}:names"});
  for (std::size_t i = 0; names && i + 1 < names->items().size(); i += 2) {
    const auto& name = *names->items()[i].text();
    if (name.starts_with("account:")) accounts[*names->items()[i + 1].text()] = name.substr(8);
  }
  std::set<std::string> orders;
  const auto fields = redis_->call({"HKEYS", "forestall:{acme}:order"});
  for (std::size_t i = 0; fields && i < fields->items().size(); ++i) {
    const auto& field = *fields->items()[i].text();
    orders.insert(accounts[field.substr(0, field.find(':'))] + " " + field.substr(field.rfind('-') + 1));
  }
  return orders;
}

std::vector<std::string> ObservedWorld::differences() {
  redis_->call({"DEL", "forestall:{acme}:lease"});
  SyncLedger ledger(*redis_, "acme");
  ledger.set_now(now());
  return ledger.rebuild("");
}

std::string ObservedWorld::cursor(const std::string& name) {
  const auto reply = redis_->call({"HGET", "forestall:{acme}:cursor", name});
  return reply && reply->text() != nullptr ? *reply->text() : "";
}

}  // namespace forestall::test
