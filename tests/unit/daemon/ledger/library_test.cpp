// SPDX-License-Identifier: Apache-2.0
// A function library that changed needs a new version: servers keep the code they know under an equal one.
#include "daemon/ledger/library.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/digest/digest.hpp"

namespace forestall::ledger {
namespace {

TEST(Library, ItsVersionBelongsToThisText) {
  EXPECT_EQ(library_version, 3U);
  EXPECT_EQ(test::sha256_hex(library_source()),
            "26f08329693ff3401a6d6a5a4c455c270da19d02527a839cfa6c2825a8c03bb5")
      << "lua/*.lua changed: raise library_version (library.hpp), then both values here";
}

TEST(Library, SchemaOfBothSidesAgrees) {
  EXPECT_NE(library_source().find("local SCHEMA = '" + std::to_string(schema_version) + "'"),
            std::string::npos);
}

}  // namespace
}  // namespace forestall::ledger
