// SPDX-License-Identifier: Apache-2.0
// Packed order files: whole, in members, cut off, damaged, and made to unpack to more than anybody has.
#include "daemon/backtest/history/unpack.hpp"

#include <gmock/gmock.h>
#include <lzma.h>
#include <zlib.h>

#include <fstream>

#include "daemon/backtest/history/history_file.hpp"
#include "daemon/backtest/history/order_records.hpp"
#include "tests/support/process/environment.hpp"

namespace forestall {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string gzipped(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string xzed(std::string_view text, std::uint32_t preset = 6) {
  std::string out(text.size() + text.size() / 2 + 4096, '\0');
  std::size_t at = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(preset, LZMA_CHECK_CRC64, nullptr,
                                    reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                    reinterpret_cast<std::uint8_t*>(out.data()), &at, out.size()),
            LZMA_OK);
  out.resize(at);
  return out;
}

// Fed so many bytes at a time.
Result<std::string> unpacked(std::string_view packed, std::size_t step, const UnpackLimits& limits = {}) {
  Unpacker unpacker(packing_of(packed), limits);
  std::string text;
  while (!packed.empty()) {
    std::string_view some = packed.substr(0, step);
    packed.remove_prefix(some.size());
    for (;;) {
      const auto piece = unpacker.next(some);
      if (!piece) return std::unexpected(piece.error());
      if (piece->empty()) break;
      text += *piece;
    }
  }
  if (auto whole = unpacker.finish(); !whole) return std::unexpected(whole.error());
  return text;
}

std::string some_text() {
  std::string text;
  for (int i = 0; i < 60'000; ++i) text += "line " + std::to_string(i * 7919 % 60'013) + "\n";
  return text;
}

TEST(Unpack, GivesBackWhatWasPackedInPiecesOfAnySize) {
  const std::string text = some_text();
  for (const std::string& packed : {gzipped(text), xzed(text), text}) {
    for (const std::size_t step : {std::size_t{7}, std::size_t{4096}, packed.size()}) {
      const auto got = unpacked(packed, step);
      ASSERT_TRUE(got) << got.error().detail;
      EXPECT_EQ(*got, text) << step;
    }
  }
}

TEST(Unpack, MembersBehindEachOtherAreOneFile) {
  for (const std::string& packed : {gzipped("a\n") + gzipped("") + gzipped("b\n"), xzed("a\n") + xzed("b\n")})
    for (const std::size_t step : {std::size_t{1}, packed.size()})
      EXPECT_EQ(unpacked(packed, step).value(), "a\nb\n");
}

TEST(Unpack, ACutFileIsAnErrorWhereverItIsCut) {
  const std::string text = "some text that is long enough to be cut anywhere\n";
  for (const std::string& packed : {gzipped(text), xzed(text)})
    for (std::size_t length = 6; length < packed.size(); ++length) {
      const auto got = unpacked(packed.substr(0, length), 16);
      ASSERT_FALSE(got) << length << " of " << packed.size();
      EXPECT_EQ(got.error().code, ErrorCode::parse);
    }
}

TEST(Unpack, ADamagedFileIsNeverTakenForWhole) {
  const std::string text = some_text();
  for (const std::string& packed : {gzipped(text), xzed(text)})
    for (std::size_t at = 12; at < packed.size(); at += packed.size() / 50) {
      std::string damaged = packed;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
      const auto got = unpacked(damaged, 4096);
      EXPECT_TRUE(!got || *got == text) << at;
    }
}

TEST(Unpack, ABombStopsAtTheLimit) {
  const std::string zeros(std::size_t{20} << 20, '\n');
  for (const std::string& packed : {gzipped(zeros), xzed(zeros)}) {
    EXPECT_LT(packed.size(), zeros.size() / 500);
    const auto got = unpacked(packed, 4096, {.most_bytes = 1 << 20});
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::too_large);
    EXPECT_THAT(got.error().detail, HasSubstr("more than 1048576 bytes unpacked"));
  }
  const auto memory = unpacked(xzed("text", 9), 4096, {.most_memory = 1 << 20});
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().code, ErrorCode::too_large);
  EXPECT_THAT(memory.error().detail, StartsWith("xz asks for 65 MiB"));
  EXPECT_TRUE(unpacked(xzed("text", 9), 4096));
}

struct Files {
  test::TemporaryFolder folder;
  Result<OrderRecords> read(const std::string& name, std::string_view bytes) {
    std::ofstream(folder.file(name), std::ios::binary) << bytes;
    auto file = HistoryFile::open(folder.file(name));
    if (!file) return std::unexpected(file.error());
    return read_order_records([&] { return file->next(); }, {});
  }
};

TEST(HistoryFile, TellsPackingsApartByTheirBytesAndNamesTheFile) {
  const std::string text =
      "time,order_id,channel,sku,quantity\n2026-01-01T10:00:00Z,1,a,X,1\n2026-01-02T10:00:00Z,2,a,Y,2\n";
  Files files;
  for (const std::string& bytes : {text, gzipped(text), xzed(text), "\xEF\xBB\xBF" + text})
    EXPECT_EQ(files.read("orders.dat", bytes).value().rows.size(), 2U);
  const auto cut = files.read("cut.xz", std::string_view(xzed(text)).substr(0, 80));
  ASSERT_FALSE(cut);
  EXPECT_THAT(cut.error().detail, HasSubstr("cut.xz: cut off"));
  EXPECT_EQ(HistoryFile::open("/nonexistent.csv").error().code, ErrorCode::io);
  EXPECT_EQ(HistoryFile::open("/").error().code, ErrorCode::io);
  EXPECT_EQ(files.read("empty.csv", "").error().detail, "the file is empty");
}

TEST(HistoryFile, RowsAreTheSameInPiecesOfAnySize) {
  std::string text = "\xEF\xBB\xBFOrder ID,Date,SKU,Qty\n";
  for (int i = 0; i < 300; ++i)
    text += "\"o," + std::to_string(i / 2) + "\",2022-04-" + (i < 150 ? "30" : "29") + ",X" +
            std::to_string(i % 7) + ",1\n";
  const auto whole = read_order_history(text, {}).value();
  for (const std::size_t step : {1, 2, 3, 50, 4096}) {
    std::string_view rest = text;
    const auto records = read_order_records(
        [&]() -> Result<std::string_view> {
          const auto piece = rest.substr(0, step);
          rest.remove_prefix(piece.size());
          return piece;
        },
        {});
    ASSERT_TRUE(records) << records.error().detail;
    const auto history = imagine(*records, {});
    EXPECT_EQ(history.demand.time, whole.demand.time);
    EXPECT_EQ(history.demand.listing, whole.demand.listing);
    EXPECT_EQ(history.orders, whole.orders);
    EXPECT_TRUE(imagine(*records, {.names = false}).orders.empty());
    EXPECT_EQ(imagine(*records, {.names = false}).demand.time, whole.demand.time);
  }
}

}  // namespace
}  // namespace forestall
