// SPDX-License-Identifier: Apache-2.0
// A function library that changed needs a new version: servers keep the code they know under an equal one.
#include "daemon/ledger/library.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/digest/digest.hpp"

namespace forestall::ledger {
namespace {

TEST(Library, ItsVersionBelongsToThisText) {
  EXPECT_EQ(library_version, 4U);
  EXPECT_EQ(test::sha256_hex(library_source()),
            "1f1d5e46b29c726ade9ba5a35100df05a913c01189891d6d6132ea39d628a539")
      << "lua/*.lua changed: raise library_version (library.hpp), then both values here";
}

TEST(Library, SchemaOfBothSidesAgrees) {
  EXPECT_NE(library_source().find("local SCHEMA = '" + std::to_string(schema_version) + "'"),
            std::string::npos);
}

}  // namespace
}  // namespace forestall::ledger
