// SPDX-License-Identifier: Apache-2.0
// A certificate authority of the test's own, made when it runs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/process/environment.hpp"

namespace forestall::test {

struct CertificateFiles {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

class TestCa {
 public:
  TestCa();
  ~TestCa();

  const std::string& ca_file() const { return ca_file_; }
  // For these host names and addresses; valid from an hour ago, for so many days (negative: expired).
  CertificateFiles issue(const std::vector<std::string>& names, int valid_days = 1);
  // Signed by nobody but itself.
  CertificateFiles self_signed(const std::vector<std::string>& names);

 private:
  struct Impl;
  CertificateFiles make(const std::vector<std::string>& names, int valid_days, bool by_ca);
  TemporaryFolder folder_;
  std::unique_ptr<Impl> impl_;
  std::string ca_file_;
  int issued_ = 0;
};

}  // namespace forestall::test
