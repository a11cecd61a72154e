// SPDX-License-Identifier: Apache-2.0
// What must hold before the daemon is fit to act: a small table of named conditions, shown by /readyz.
#pragma once

#include <deque>
#include <string>
#include <string_view>

namespace forestall::app {

class Conditions {
 public:
  // One row. Whoever declared it keeps the reference (it stays valid) and says when it changes.
  class Row {
   public:
    Row(std::string name, std::string missing) : name_(std::move(name)), reason_(std::move(missing)) {}
    void met() { ok_ = true; }
    // `reason` is shown to people: what is missing, and what to do where that is known.
    void missing(std::string reason) {
      ok_ = false;
      reason_ = std::move(reason);
    }
    bool ok() const { return ok_; }
    const std::string& name() const { return name_; }
    const std::string& reason() const { return reason_; }

   private:
    std::string name_;
    std::string reason_;
    bool ok_ = false;
  };

  // Not met from the start; `missing` says so until somebody knows better.
  Row& declare(std::string name, std::string missing);
  bool all_met() const;
  const std::deque<Row>& rows() const { return rows_; }
  // {"ready":false,"conditions":[{"name":"started","ok":false,"reason":"..."}]}
  std::string json() const;

 private:
  std::deque<Row> rows_;
};

}  // namespace forestall::app
