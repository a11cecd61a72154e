// SPDX-License-Identifier: Apache-2.0
// One trial: the sandbox and the real daemon on its time, in lock-step, from the begin of a history to its
// end.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/integration/sandbox/running_sandbox.hpp"
#include "tests/support/process/child_process.hpp"
#include "tests/support/process/environment.hpp"

namespace forestall::test {

struct TrialOptions {
  std::vector<std::string> sandbox{};  // beside the configuration and the warehouse: --orders, --seed, ...
  std::string mode = "guard";
  std::string seller{};   // more lines of [[seller]]
  std::string account{};  // more lines of each [[account]]
  std::string stock{};    // more lines of [[stock]]
  std::string writes{};   // "relative", "compare_and_set": a daemon whose channels do so; empty: forestalld
};

class Trial {
 public:
  explicit Trial(const TrialOptions& options);
  // Its private Redis too, where the daemon did not stop it.
  ~Trial();

  // Until the daemon leaves at the end of the history. False where it did not, or not well: see log().
  bool run(std::chrono::seconds within);
  // What was accepted is picked; the truth.
  boost::json::value finish() const { return sandbox.control("finish", "POST").json; }
  boost::json::value baseline(const std::string& every) const {
    return sandbox.control("baseline?every=" + every).json;
  }
  std::string log() const { return daemon_.err(); }
  double seconds() const { return seconds_; }

  // Its Redis waits for the disk at every write: a trial of a month of orders does not, where there is a disk
  // in memory.
  struct InMemory {
    InMemory();
  } in_memory;
  TemporaryFolder folder;
  RunningSandbox sandbox;

 private:
  std::string configure(const TrialOptions& options) const;
  ChildProcess daemon_;
  double seconds_ = 0;
};

// /orders/oversold and the like.
std::int64_t count(const boost::json::value& truth, std::string_view pointer);
// Empty where accepted = filled + oversold + withdrawn + open on every line of /sandbox/lines; else the first
// line that breaks it.
std::string books_fault(const RunningSandbox& sandbox);

}  // namespace forestall::test
