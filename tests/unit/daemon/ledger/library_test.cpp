// SPDX-License-Identifier: Apache-2.0
// A function library that changed needs a new version: servers keep the code they know under an equal one.
#include "daemon/ledger/library.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <string>

namespace forestall::ledger {
namespace {

std::string sha256(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    static constexpr char digits[] = "0123456789abcdef";
    hex += digits[digest[i] >> 4];
    hex += digits[digest[i] & 15];
  }
  return hex;
}

TEST(Library, ItsVersionBelongsToThisText) {
  EXPECT_EQ(library_version, 3U);
  EXPECT_EQ(sha256(library_source()), "26f08329693ff3401a6d6a5a4c455c270da19d02527a839cfa6c2825a8c03bb5")
      << "lua/*.lua changed: raise library_version (library.hpp), then both values here";
}

TEST(Library, SchemaOfBothSidesAgrees) {
  EXPECT_NE(library_source().find("local SCHEMA = '" + std::to_string(schema_version) + "'"),
            std::string::npos);
}

}  // namespace
}  // namespace forestall::ledger
