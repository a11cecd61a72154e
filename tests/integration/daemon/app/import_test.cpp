// SPDX-License-Identifier: Apache-2.0
// forestall import against a running daemon: what is taken, what is named, what a second time does.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>

#include "tests/integration/daemon/app/filled_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;

class ImportedRows : public FilledDaemon {
 protected:
  ImportedRows() : process_(started()) {
    EXPECT_TRUE(process_.wait_for_err("event=ledger_opened") && ledger_open()) << process_.err();
  }
  ChildProcess started() {
    daemon_.rewrite(
        {.api_table = "token_file = \"./token\"", .more = tables_of(server_) + account_table("amazon-de")});
    write("");
    return start();
  }
  bool ledger_open() const {
    return eventually([&] { return daemon_.metric("forestall_ledger_open{seller=\"acme\"}") == 1; });
  }
  Finished import(const std::string& kind, const std::string& text, std::vector<std::string> more = {}) {
    const auto file = daemon_.folder.write("import.csv", text);
    std::vector<std::string> arguments{
        program("forestall"), "--config", daemon_.config, "import", "acme", kind, file};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(std::move(arguments));
  }
  ChildProcess process_;
};

TEST_F(ImportedRows, ChangeWhatIsAvailableOnce) {
  ASSERT_TRUE(become(10, 10, 10 - 4)) << "the listing L-3 sells the SKU of its name";
  const std::string counts = "sku;counted\nSKU-1;7\nSKU-2;x\n\"L-3\";1\n";
  const auto tried = import("counts", counts, {"--dry-run"});
  EXPECT_EQ(tried.ended, (Ended{1, 0})) << tried.err;
  EXPECT_THAT(tried.err, HasSubstr("import.csv:3: counted: \"x\" is no number"));
  EXPECT_THAT(tried.out,
              HasSubstr("3 row(s), 2 could be applied, 0 known already, 0 older than what is known, 1 bad"));
  EXPECT_TRUE(are(10, 10, 6)) << "a dry run changes nothing";

  const auto taken = import("counts", counts);
  EXPECT_EQ(taken.ended, (Ended{1, 0})) << taken.err;
  EXPECT_THAT(taken.out, HasSubstr("3 row(s), 2 applied"));
  EXPECT_TRUE(become(7, 10, 1 - 4));
  const auto picks = import("failed-picks", "sku,units,as_of\nSKU-2,2,\n");
  EXPECT_EQ(picks.ended, (Ended{0, 0})) << picks.err;
  EXPECT_TRUE(become(7, 8, -3)) << "two units are quarantined";
  const auto again = import("failed-picks", "sku,units,as_of\nSKU-2,2,2000-01-01\n");
  EXPECT_THAT(again.out, HasSubstr("1 applied")) << "another report";

  const auto older = import("counts", "sku,counted,as_of\nSKU-1,99,2001-01-01T00:00:00Z\n");
  EXPECT_EQ(older.ended, (Ended{0, 0})) << older.err;
  EXPECT_THAT(older.out, HasSubstr("1 older than what is known"));
  EXPECT_TRUE(are(7, 6, -3)) << "two more units in quarantine, and SKU-1 as it was";
  EXPECT_THAT(process_.err(), HasSubstr("event=imported seller=acme kind=counts rows=3 applied=2"));
  EXPECT_EQ(run({program("forestall"), "--config", daemon_.config, "rebuild", "acme"}).ended, (Ended{0, 0}));
}

// The command cuts a file into pieces; two reports of one SKU that say no time are two all the same.
TEST_F(ImportedRows, FailedPicksOfOneSkuAreCountedApartHoweverLongTheFile) {
  ASSERT_TRUE(become(10, 10, 6));
  std::string picks = "sku,units\nSKU-1,1\n";
  for (int i = 0; i < 2500; ++i) picks += fmt::format("OTHER-{},1\n", i);
  picks += "SKU-1,2\n";
  const auto taken = import("failed-picks", picks);
  EXPECT_EQ(taken.ended, (Ended{0, 0})) << taken.err;
  EXPECT_THAT(taken.out, HasSubstr("2502 row(s), 2502 applied"));
  EXPECT_TRUE(become(7, 10, 6)) << "one and two units are quarantined";
}

TEST_F(ImportedRows, AreTakenOfEveryKind) {
  for (const auto& [kind, text] : std::vector<std::pair<std::string, std::string>>{
           {"stock", "sku,on_hand\nSKU-9,5\n"},
           {"receipts", "receipt,sku,expected\nPO-1,SKU-9,5\n"},
           {"products", "sku,cost,attribute.colour\nSKU-9,\"12,50 EUR\",red\n"},
           {"prices", "account,listing,price\namazon-de,L-9,19.99\n"},
           {"cancel-requests", "account,order,requested_at\namazon-de,114-1,2026-11-20T00:00:00Z\n"},
           {"returns",
            "account,return,order,units,requested_at\namazon-de,R-1,114-1,1,2026-11-20T00:00:00Z\n"},
           {"messages", "account,message,received_at\namazon-de,M-1,2026-11-20T00:00:00Z\n"}}) {
    const auto first = import(kind, text);
    EXPECT_EQ(first.ended, (Ended{0, 0})) << kind << first.out << first.err;
    EXPECT_THAT(first.out, HasSubstr("1 applied")) << kind;
    const auto second = run({program("forestall"), "--config", daemon_.config, "import", "acme", kind,
                             daemon_.folder.file("import.csv"), "--json"});
    EXPECT_THAT(second.out, HasSubstr("\"applied\":0,\"known\":1")) << kind;
  }
}

TEST_F(ImportedRows, AreRefusedAsAWhole) {
  const auto exit_of = [&](const Finished& finished) { return finished.ended.code; };
  const auto column = import("counts", "sku,count\nA,1\n");
  EXPECT_EQ(exit_of(column), 4);
  EXPECT_THAT(column.err, HasSubstr("no column \"counted\"; the columns are: sku, count"));
  EXPECT_EQ(exit_of(import("counts", "")), 4);
  EXPECT_EQ(exit_of(import("counts", "sku,counted\nA,\"1\n")), 4) << "an open quote: nothing is begun";
  EXPECT_EQ(exit_of(import("counts", "sku,counted\nA,1\n", {"--source", "attic"})), 4);
  EXPECT_EQ(exit_of(import("nonsense", "sku\n")), 2);
  EXPECT_EQ(
      run({program("forestall"), "--config", daemon_.config, "import", "acme", "counts", "/nonexistent"})
          .ended,
      (Ended{2, 0}));
  EXPECT_EQ(run({program("forestall"), "--config", daemon_.config, "import", "nobody", "counts",
                 daemon_.folder.write("c.csv", "sku,counted\nA,1\n")})
                .ended,
            (Ended{4, 0}));
  const auto unknown = import("prices", "account,listing,price\namazon-fr,L-1,2.00\n");
  EXPECT_EQ(exit_of(unknown), 1);
  EXPECT_THAT(
      unknown.err,
      HasSubstr(
          "import.csv:2: account: \"amazon-fr\" is no account of this seller, did you mean \"amazon-de\"?"));
  EXPECT_TRUE(become(10, 10, 6));
}

TEST_F(ImportedRows, ComeInManyPieces) {
  std::string text = "sku,on_hand,as_of\n";
  for (int i = 0; i < 12'000; ++i) text += "P-" + std::to_string(i) + (i == 7'777 ? ",?,\n" : ",1,\n");
  const auto taken = import("stock", text);
  EXPECT_EQ(taken.ended, (Ended{1, 0})) << taken.err;
  EXPECT_THAT(taken.out, HasSubstr("12000 row(s), 11999 applied"));
  EXPECT_THAT(taken.err, HasSubstr("import.csv:7779: on_hand"));
  EXPECT_EQ(available("P-11999"), 1);
}

}  // namespace
}  // namespace forestall::test
