// SPDX-License-Identifier: Apache-2.0
// Collects the problems of one file while it is read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "config/settings/document.hpp"
#include "config/settings/problem.hpp"

namespace forestall::config {

class Report {
 public:
  // `folder` is what relative paths in the file are relative to.
  Report(std::string file, std::filesystem::path folder)
      : file_(std::move(file)), folder_(std::move(folder)) {}

  void add(Place place, std::string_view key, std::string_view expected, std::string_view found,
           std::string_view hint = {}) {
    problems_.push_back(
        {file_, place, std::string(key), std::string(expected), std::string(found), std::string(hint)});
  }
  void add_all(const Problems& problems) {
    problems_.insert(problems_.end(), problems.begin(), problems.end());
  }
  std::string_view file() const { return file_; }
  const std::filesystem::path& folder() const { return folder_; }
  bool clean() const { return problems_.empty(); }
  // In the order of their places.
  Problems take();

 private:
  std::string file_;
  std::filesystem::path folder_;
  Problems problems_;
};

// One value being read: where to complain, under which name.
struct Reading {
  Report& report;
  std::string_view key;       // full: "account[amazon-us].poll.orders"
  std::string_view expected;  // type and range in words

  // Nothing is said about what is already reported as broken syntax.
  void wrong(const Node& node, std::string_view hint = {}) const {
    if (node.kind != Node::Kind::broken) report.add(node.place, key, expected, describe(node), hint);
  }
};

}  // namespace forestall::config
