// SPDX-License-Identifier: Apache-2.0
// `forestall backtest` as a process: what it says on a terminal, in a pipe, and when it is interrupted.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <csignal>
#include <cstdlib>

#include "config/base/time.hpp"
#include "tests/support/daemon/running_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Sixty days of a small shop, one line a sale.
std::string orders() {
  std::string text = "time,order_id,channel,sku,quantity\n";
  const auto start = parse_instant("2026-01-01T00:00:00Z").value();
  for (int i = 0; i < 6'000; ++i)
    text += fmt::format("{},{},{},S{},1\n", to_string(start + std::chrono::seconds{i * 864}), i,
                        std::array{"amazon", "shop", "amazon", "ebay"}[static_cast<std::size_t>(i) % 4],
                        (i * 7919) % 61);
  return text;
}

std::vector<std::string> backtest(const std::string& file, std::vector<std::string> more) {
  std::vector<std::string> all = {program("forestall"), "backtest", file, "--train-until", "2026-02-01"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// A terminal for a child's stderr.
class Terminal {
 public:
  Terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    std::array<char, 128> name{};
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0 ||
        ::ptsname_r(master_, name.data(), name.size()) != 0)
      throw std::runtime_error("no terminal");
    slave_ = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ::fcntl(master_, F_SETFL, O_NONBLOCK);
  }
  ~Terminal() {
    ::close(master_);
    ::close(slave_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  int slave() const { return slave_; }
  const std::string& text() {
    std::array<char, 4096> some{};
    for (ssize_t got = 0; (got = ::read(master_, some.data(), some.size())) > 0;)
      text_.append(some.data(), static_cast<std::size_t>(got));
    return text_;
  }
  // The n of the last "n/m worlds".
  int worlds() {
    const auto end = text().rfind("worlds");
    const auto begin = end == std::string::npos ? end : text_.rfind('%', end);
    return begin == std::string::npos ? 0 : std::atoi(text_.c_str() + begin + 1);
  }

 private:
  int master_ = -1, slave_ = -1;
  std::string text_;
};

TEST(Backtest, TakesOnePollAndOneWayForEachChannelThatTheFileNames) {
  TemporaryFolder folder;
  const auto file = folder.write("orders.csv", orders());
  const std::vector<std::string> few = {"--scale", "1", "--cost", "5", "--losses", "0", "--seed", "1"};
  auto options = few;
  options.insert(options.end(), {"--poll", "1m", "2m", "3m", "--writes", "absolute,relative,cas", "--json"});
  const auto whole = run(backtest(file, options));
  EXPECT_EQ(whole.ended, (Ended{0, 0})) << whole.err;
  const auto json = boost::json::parse(whole.out).as_object();
  EXPECT_EQ(json.at("channels").as_array().size(), 3U);
  EXPECT_EQ(json.at("channels").at(0), "amazon");
  EXPECT_EQ(json.at("settings").at("poll_every").as_array().size(), 3U);
  for (const auto& [name, value] : {std::pair{"--scale", "1.5"}, std::pair{"--seed", "0.5"}}) {
    const auto refused = run(backtest(file, {name, value}));
    EXPECT_NE(refused.ended, (Ended{0, 0}));
    EXPECT_THAT(refused.err, HasSubstr("no whole number"));
  }
}

TEST(Backtest, InterruptedItTellsWhatIsCompleteAndLeavesWith130) {
  TemporaryFolder folder;
  const auto file = folder.write("orders.csv", orders());
  Terminal terminal;
  std::vector<std::string> options = {"--json"};
  // More than anybody waits for.
  for (int seed = 1; seed <= 2'000; ++seed) options.insert(options.end(), {"--seed", std::to_string(seed)});
  ChildProcess child(backtest(file, options), {.stderr_fd = terminal.slave()});
  // One seed of both losses has 138 worlds, and two are played at a time.
  ASSERT_TRUE(eventually([&] { return terminal.worlds() > 280; })) << terminal.text();
  child.signal(SIGINT);
  EXPECT_EQ(child.wait_for(), (Ended{130, 0}));
  const auto json = boost::json::parse(child.out()).as_object();
  EXPECT_TRUE(json.at("partial").as_bool());
  EXPECT_EQ(json.at("cells").as_array().size(), 12U);
  EXPECT_GE(json.at("cells").at(0).at("seeds").as_int64(), 1);
  EXPECT_LT(json.at("seeds_complete").as_int64(), 2'000);
}

TEST(Backtest, InterruptedWhileReadingItLeavesWith130) {
  TemporaryFolder folder;
  const auto pipe = folder.file("orders");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  ChildProcess child(backtest(pipe, {}));
  // It has opened the pipe once there is somebody to write to.
  int writer = -1;
  ASSERT_TRUE(
      eventually([&] { return (writer = ::open(pipe.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)) >= 0; }));
  const std::string some = orders().substr(0, 20'000);
  ASSERT_EQ(::write(writer, some.data(), some.size()), static_cast<ssize_t>(some.size()));
  child.signal(SIGINT);
  ::close(writer);
  EXPECT_EQ(child.wait_for(), (Ended{130, 0}));
  EXPECT_THAT(child.err(), HasSubstr("interrupted while reading"));
}

TEST(Backtest, DrawsABarOnATerminalOnly) {
  TemporaryFolder folder;
  const auto file = folder.write("orders.csv", orders());
  const std::vector<std::string> little = {"--seed",   "1", "--scale",  "12",
                                           "--losses", "0", "--writes", "cas"};
  const auto piped = run(backtest(file, little));
  EXPECT_EQ(piped.ended, (Ended{0, 0})) << piped.err;
  EXPECT_THAT(piped.err, IsEmpty());
  EXPECT_THAT(piped.out, HasSubstr("Read with it: stock, receipts and losses are constructed"));
  for (const bool quiet : {false, true}) {
    Terminal terminal;
    auto options = little;
    if (quiet) options.emplace_back("--quiet");
    ChildProcess child(backtest(file, options), {.stderr_fd = terminal.slave()});
    EXPECT_EQ(child.wait_for(), (Ended{0, 0}));
    EXPECT_EQ(terminal.text().find("worlds") != std::string::npos, !quiet) << terminal.text();
  }
}

TEST(Backtest, RefusesADamagedFileByName) {
  TemporaryFolder folder;
  const auto cut = folder.write("orders.csv.xz", std::string_view("\xFD"
                                                                  "7zXZ\0\0\4",
                                                                  8));
  const auto refused = run(backtest(cut, {}));
  EXPECT_EQ(refused.ended, (Ended{4, 0}));
  EXPECT_THAT(refused.err, HasSubstr("orders.csv.xz: cut off after 0 bytes unpacked"));
}

}  // namespace
}  // namespace forestall::test
