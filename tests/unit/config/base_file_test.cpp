// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "config/base/file.hpp"

namespace forestall {
namespace {

class ReadFile : public ::testing::Test {
 protected:
  ReadFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "forestall-file-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ReadFile() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(ReadFile, GivesEveryByteUpToTheLimit) {
  const std::string text = std::string(100'000, 'x') + '\0' + "\xff\r\n";
  std::ofstream(folder_ / "a", std::ios::binary) << text;
  EXPECT_EQ(*read_file(folder_ / "a", text.size()), text);
  EXPECT_EQ(read_file(folder_ / "a", text.size() - 1).error().code, ErrorCode::too_large);
}

TEST_F(ReadFile, SaysWhatIsInTheWay) {
  EXPECT_EQ(read_file(folder_ / "none", 9).error().code, ErrorCode::not_found);
  EXPECT_EQ(read_file(folder_, 9).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(read_file("/dev/zero", 9).error().code, ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace forestall
