// SPDX-License-Identifier: Apache-2.0
// The command line against a running daemon, as a script meets it.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "tests/support/daemon/running_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Finished forestall(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program("forestall"));
  return run(std::move(arguments));
}

TEST(Status, AsksTheRunningDaemon) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.wait_until_ready());
  const auto people = forestall({"--config", daemon.config, "status"});
  EXPECT_EQ(people.ended, (Ended{0, 0})) << people.err;
  EXPECT_THAT(people.out, StartsWith("forestalld "));
  EXPECT_THAT(people.out, HasSubstr(", ready, "));
  EXPECT_THAT(people.out, Not(HasSubstr("\x1b"))) << "no colours into a pipe";
  const auto machine =
      forestall({"status", "--json", "--api", "http://127.0.0.1:" + std::to_string(daemon.port)});
  EXPECT_EQ(machine.ended, (Ended{0, 0})) << machine.err;
  EXPECT_THAT(machine.out, StartsWith("{\"version\":"));
  const auto socket = forestall({"status", "--api", "unix:" + daemon.folder.file("state/forestalld.sock")});
  EXPECT_EQ(socket.ended, (Ended{0, 0})) << socket.err;
}

TEST(Status, TellsScriptsWhatHappened) {
  const auto nobody = forestall({"status", "--api", "http://127.0.0.1:" + std::to_string(free_port())});
  EXPECT_EQ(nobody.ended, (Ended{3, 0}));
  EXPECT_THAT(nobody.err, HasSubstr("no daemon at http://127.0.0.1:"));
  const auto elsewhere = forestall({"status", "--api", "http://10.0.0.1:9464"});
  EXPECT_EQ(elsewhere.ended, (Ended{2, 0}));
  EXPECT_THAT(elsewhere.err, HasSubstr("ssh -L"));
  const auto typo = forestall({"statsu"});
  EXPECT_EQ(typo.ended, (Ended{2, 0}));
  EXPECT_THAT(typo.err, HasSubstr("did you mean \"status\"?"));
  EXPECT_EQ(forestall({}).ended, (Ended{2, 0}));
  EXPECT_EQ(forestall({"status", "--nonsense"}).ended, (Ended{2, 0}));
  EXPECT_EQ(forestall({"--help"}).ended, (Ended{0, 0}));
}

TEST(Status, AWrongTokenIsRefusedNotUnreachable) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.wait_until_ready());
  const auto token = daemon.folder.write("wrong", "not-the-token-0123456789\n");
  const auto refused = forestall({"--config", daemon.config, "--token-file", token, "status"});
  EXPECT_EQ(refused.ended, (Ended{4, 0}));
  EXPECT_THAT(refused.err, HasSubstr("this token is not valid"));
  EXPECT_THAT(refused.err, Not(HasSubstr("not-the-token")));
}

TEST(Doctor, FindsWhatIsWrongWithAndWithoutADaemon) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.wait_until_ready());
  const auto healthy = forestall({"--config", daemon.config, "doctor"});
  EXPECT_EQ(healthy.ended, (Ended{0, 0})) << healthy.out;
  EXPECT_THAT(healthy.out, HasSubstr("ready\tok\t"));
  EXPECT_THAT(healthy.out, HasSubstr("port\tok\t"));
  EXPECT_EQ(daemon.stop(), (Ended{0, 0}));
  const auto stopped = forestall({"--config", daemon.config, "doctor", "--json"});
  EXPECT_EQ(stopped.ended, (Ended{1, 0}));
  EXPECT_THAT(stopped.out, StartsWith("{\"ok\":false,"));
  EXPECT_THAT(stopped.out, HasSubstr(R"("check":"daemon","verdict":"failed")"));
  daemon.rewrite({.daemon_table = "log_levle = \"info\"\n"});
  const auto broken = forestall({"--config", daemon.config, "doctor"});
  EXPECT_EQ(broken.ended, (Ended{1, 0}));
  EXPECT_THAT(broken.out, HasSubstr("configuration\tfailed\t1 problem(s), the first: "));
}

TEST(Doctor, TellsAStrangerOnOurPort) {
  // Something that is no HTTP server: greets like mail and hangs up, three times.
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(listener, generic, size), 0);
  ASSERT_EQ(listen(listener, 8), 0);
  ASSERT_EQ(getsockname(listener, generic, &size), 0);
  const std::jthread stranger([listener](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const int fd = accept(listener, nullptr, nullptr);
      if (fd < 0) return;
      [[maybe_unused]] const auto n = write(fd, "220 mail.example ESMTP\r\n", 24);
      shutdown(fd, SHUT_WR);
      std::array<char, 1024> rest{};
      while (read(fd, rest.data(), rest.size()) > 0) {
      }
      close(fd);
    }
  });
  const TemporaryFolder folder;
  const auto config = folder.write("forestall.toml", "[daemon]\nstate_dir = \"" + folder.file("s") +
                                                         "\"\n[api]\nlisten = \"127.0.0.1:" +
                                                         std::to_string(ntohs(address.sin_port)) + "\"\n");
  const auto seen = forestall({"--config", config, "doctor"});
  EXPECT_EQ(seen.ended, (Ended{1, 0}));
  EXPECT_THAT(seen.out, HasSubstr("port\tfailed\t")) << seen.out;
  EXPECT_THAT(seen.out, HasSubstr("taken by another program"));
  shutdown(listener, SHUT_RDWR);
  close(listener);
}

TEST(Completion, OfBashCompletesCommandsAndOptions) {
  const auto complete = [](const std::string& words, int at) {
    return run({"bash", "-c",
                "source <('" + program("forestall") + "' completion bash); COMP_WORDS=(" + words +
                    "); COMP_CWORD=" + std::to_string(at) + "; _forestall; echo \"${COMPREPLY[@]}\""})
        .out;
  };
  EXPECT_EQ(complete("forestall st", 1), "status\n");
  EXPECT_EQ(complete("forestall completion f", 2), "fish\n");
  EXPECT_EQ(complete("forestall --config /x status --j", 4), "--json\n");
  EXPECT_THAT(complete("forestall ''", 1), HasSubstr("doctor"));
}

TEST(Completion, OfTheOtherShellsNamesEveryCommand) {
  for (const char* shell : {"zsh", "fish"}) {
    const auto script = forestall({"completion", shell});
    EXPECT_EQ(script.ended, (Ended{0, 0}));
    for (const char* word : {"status", "doctor", "completion", "token-file", "bash zsh fish"})
      EXPECT_THAT(script.out, HasSubstr(word)) << shell;
  }
  EXPECT_EQ(forestall({"completion", "tcsh"}).ended, (Ended{2, 0}));
}

}  // namespace
}  // namespace forestall::test
