// SPDX-License-Identifier: Apache-2.0
// The mapping file of a running daemon: read at the start and at SIGHUP, taken back where it says less, kept
// where it cannot be read; and what people are told about it.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/integration/daemon/app/filled_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using MappingFile = FilledDaemon;

TEST_F(MappingFile, IsInForceAtTheStartAndEditedBetweenTwoStarts) {
  ASSERT_TRUE(are(10, 10, 10));
  write("amazon,L-1,SKU-1,1\namazon,L-2,SKU-2,2\n");
  {
    auto daemon = start();
    ASSERT_TRUE(daemon.wait_for_err("event=ready") && ready()) << daemon.err();
    EXPECT_TRUE(are(10 - 2, 10 - 6, 10 - 4)) << "by file, by file as a pair, by equal text";
    const auto shown = forestall_map();
    EXPECT_EQ(shown.ended, (Ended{0, 0})) << shown.out << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("acme: 3 listing(s), 0 without a SKU, 0 ambiguous"));
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait_for(), (Ended{0, 0}));
  }
  write("amazon,L-1,SKU-2,1\n");
  auto daemon = start();
  ASSERT_TRUE(daemon.wait_for_err("event=ready") && ready()) << daemon.err();
  EXPECT_TRUE(are(10, 10 - 2, 10 - 4));
  EXPECT_THAT(daemon.err(), HasSubstr("event=listing_unmapped seller=acme account=amazon listing=L-2"));
  const auto shown = forestall_map();
  EXPECT_EQ(shown.ended, (Ended{1, 0}));
  EXPECT_THAT(shown.out, HasSubstr("amazon\tL-2\tunmapped\tno row of the mapping file and no SKU \"L-2\""));
  EXPECT_EQ(daemon_.metric("forestall_ledger_unmapped_listings{seller=\"acme\"}"), 1);
}

TEST_F(MappingFile, IsReadAgainAtSighup) {
  write("amazon,L-1,SKU-1,1\namazon,L-2,SKU-2,2\n");
  auto daemon = start();
  ASSERT_TRUE(daemon.wait_for_err("event=ready") && ready()) << daemon.err();
  ASSERT_TRUE(are(8, 4, 6));

  write("amazon,L-2,SKU-2,2\namazon,L-3,SKU-1,1\n");  // one taken out, one taken from equal text
  daemon.signal(SIGHUP);
  EXPECT_TRUE(become(10 - 4, 4, 10)) << daemon.err();
  EXPECT_EQ(forestall_map().ended, (Ended{1, 0}));

  // Rows whose listing cannot be read could belong to any bundle: the former mapping stays.
  write("amazon,L-2\n");
  daemon.signal(SIGHUP);
  ASSERT_TRUE(daemon.wait_for_err("event=mapping_refused"));
  EXPECT_TRUE(are(6, 4, 10));
  const auto refused = forestall_map();
  EXPECT_EQ(refused.ended, (Ended{1, 0}));
  EXPECT_THAT(refused.out,
              AllOf(HasSubstr("mapping refused"), HasSubstr("rows whose listing cannot be read")));
  EXPECT_EQ(daemon_.metric("forestall_ledger_mapping_refused{seller=\"acme\"}"), 1);
  EXPECT_EQ(get("/readyz")->status, 200) << "what is stored is in force";

  write("amazon,L-2,SKU-2,2\namazon,L-2,SKU-2,3\namazon,L-3,L-3,many\n");
  daemon.signal(SIGHUP);
  EXPECT_TRUE(become(10, 10, 10)) << "ambiguous ones are nobody's, also where a SKU has their text";
  const auto shown = forestall_map();
  EXPECT_EQ(shown.ended, (Ended{1, 0}));
  EXPECT_THAT(shown.out, AllOf(HasSubstr("amazon\tL-2\tambiguous\tline 3: 3 units"),
                               HasSubstr("amazon\tL-3\tambiguous\tline 4: units"),
                               HasSubstr("amazon\tL-1\tunmapped\t"), Not(HasSubstr("L-2\tunmapped"))));
  EXPECT_EQ(daemon_.metric("forestall_ledger_ambiguous_listings{seller=\"acme\"}"), 2);
  EXPECT_EQ(daemon_.metric("forestall_ledger_mapping_refused{seller=\"acme\"}"), 0);
  const auto rebuilt = run({program("forestall"), "--config", daemon_.config, "rebuild", "acme"});
  EXPECT_EQ(rebuilt.ended, (Ended{0, 0})) << rebuilt.out << rebuilt.err;

  const auto page = get("/api/v1/sellers/acme/mapping?limit=1");
  ASSERT_TRUE(page);
  EXPECT_THAT(page->body,
              AllOf(HasSubstr("\"without_sku\":3"), HasSubstr("\"L-2\""), Not(HasSubstr("\"L-3\""))));
  EXPECT_EQ(get("/api/v1/sellers/acme/mapping?limit=1001")->status, 400);
  EXPECT_EQ(get("/api/v1/sellers/nobody/mapping")->status, 404);
}

TEST_F(MappingFile, ThatWasNeverReadKeepsWhatIsStored) {
  records_.emplace(sync_, "acme");
  records_->names().add("account:amazon", 1);
  records_->map({{AccountId::literal("amazon"),
                  ListingId::literal("L-1"),
                  {{SkuId::literal("SKU-1"), Units(1)}},
                  model::Pool::marketplace}});
  sync_.call({"DEL", "forestall:{acme}:lease"});
  ASSERT_TRUE(are(8, 10, 10));
  auto daemon = start();  // there is no mapping.csv
  ASSERT_TRUE(daemon.wait_for_err("event=mapping_refused")) << daemon.err();
  ASSERT_TRUE(ready()) << get("/readyz")->body;
  EXPECT_TRUE(are(8, 10, 10)) << "not even by equal text: the file may say otherwise";
  write("amazon,L-1,SKU-1,3\n");
  daemon.signal(SIGHUP);
  EXPECT_TRUE(become(10 - 6, 10, 10 - 4));
  const auto record = sync_.call({"HGET", "forestall:{acme}:listing", "1:L-1"});
  ASSERT_TRUE(record && record->text());
  EXPECT_THAT(*record->text(), ::testing::EndsWith(std::string("\x03\x01\x00\x00", 4))) << "the pool is kept";
}

}  // namespace
}  // namespace forestall::test
