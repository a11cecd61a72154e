// SPDX-License-Identifier: Apache-2.0
// What Amazon's answers cost: pages decoded into observations beside boost::json::parse alone on the same
// bytes, and a sweep of 200,000 listings by report: its memory, and its longest turn.
//
//   cmake --build --preset release --target bench_amazon && build-release/bin/bench_amazon
#include <fmt/format.h>
#include <malloc.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/base/random.hpp"
#include "connectors/amazon/listing_decoder.hpp"
#include "connectors/amazon/listings_report.hpp"
#include "connectors/amazon/order_decoder.hpp"
#include "tests/support/amazon/bodies.hpp"

namespace {

using namespace forestall;

// Processor time of this thread: the neighbours do not count.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Median of seven runs of at least 0.2 s each, in MB/s.
double rate(std::size_t bytes, const std::function<void()>& work) {
  std::vector<double> rates;
  for (int run = 0; run < 7; ++run) {
    const double begun = cpu_seconds();
    int times = 0;
    double spent = 0;
    do {
      work();
      ++times;
      spent = cpu_seconds() - begun;
    } while (spent < 0.2);
    rates.push_back(static_cast<double>(bytes) * times / spent / 1e6);
  }
  std::ranges::sort(rates);
  return rates[rates.size() / 2];
}

void pages() {
  const auto place = test::amazon_us();
  const auto reading = test::at("2026-11-20T09:12:00Z");
  const std::string orders = test::page_of_orders(100), listings = test::page_of_listings(20);
  std::size_t count = 0;
  const auto plain = [](const std::string& body) {
    return [&body] {
      if (boost::json::parse(body).is_null()) throw std::runtime_error("null");
    };
  };
  fmt::print("{:<38}{:>10}{:>12}{:>22}\n", "page", "bytes", "decoded", "boost::json::parse");
  fmt::print("{:<38}{:>10}{:>7.0f} MB/s{:>17.0f} MB/s\n", "100 orders (searchOrders)", orders.size(),
             rate(orders.size(),
                  [&] { count = amazon::decode_orders(orders, place, reading)->observations.size(); }),
             rate(orders.size(), plain(orders)));
  if (count < 100) throw std::runtime_error("orders were lost");
  fmt::print("{:<38}{:>10}{:>7.0f} MB/s{:>17.0f} MB/s\n", "20 listings (searchListingsItems)",
             listings.size(),
             rate(listings.size(),
                  [&] { count = amazon::decode_listings(listings, place, reading)->observations.size(); }),
             rate(listings.size(), plain(listings)));
  if (count != 40) throw std::runtime_error("listings were lost");
}

std::string packed(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib");
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib only reads it
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib");
  return out;
}

// Rows of about 600 bytes, of which descriptions are the most; words in no order, so that they pack as text
// does.
std::string report(int rows) {
  std::string text =
      "item-name\titem-description\tlisting-id\tseller-sku\tprice\tquantity\topen-date\timage-url\t"
      "item-is-marketplace\tproduct-id-type\titem-note\titem-condition\tasin1\tproduct-id\t"
      "fulfillment-channel\tstatus\n";
  static constexpr std::string_view words[] = {"steel",  "kettle", "blue", "with",   "lid",   "27\"",
                                               "garden", "chair",  "oak",  "cotton", "large", "travel",
                                               "set",    "of",     "four", "soft"};
  SeededRandom random(5);
  for (int i = 0; i < rows; ++i) {
    text += fmt::format("Item {}\t", i);
    for (int word = 0; word < 80; ++word)
      text += fmt::format("{}{} ", words[random.below(16)], random.below(100));
    text += fmt::format(
        "\t{0}\tSKU-{0:07}\t{1}.99\t{2}\t2026-01-01 00:00:00 PST\t\ty\t1\t\t11\tB{0:09}\tB{0:09}\t"
        "DEFAULT\tActive\n",
        i, i % 90 + 5, i % 40);
  }
  return text;
}

double resident_mb() {
  std::ifstream file("/proc/self/statm");
  double all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

void sweep(const std::string& bytes, std::size_t unpacked, int rows) {
  malloc_trim(0);  // what making the report has left
  const double before = resident_mb();
  double most = before;
  const double begun = cpu_seconds();
  amazon::ListingsReport reader(bytes, true, "", test::amazon_us(), test::at("2026-11-20T09:12:00Z").asked);
  std::size_t observations = 0, pages = 0, held = 0;
  double longest = 0;
  // As the connector reads it: 500 rows a page, 128 KiB a turn.
  while (!reader.at_end()) {
    const auto until = reader.rows() + 500;
    std::vector<model::Observation> page;
    while (reader.rows() < until && !reader.at_end()) {
      const double turn = cpu_seconds();
      auto piece = reader.read(until - reader.rows(), std::size_t{128} << 10);
      if (!piece) throw std::runtime_error(piece.error().detail);
      std::ranges::move(piece->observations, std::back_inserter(page));
      longest = std::max(longest, cpu_seconds() - turn);
    }
    observations += page.size();
    held = std::max(held, reader.bytes_held());
    most = std::max(most, resident_mb());
    ++pages;
  }
  const double spent = cpu_seconds() - begun;
  if (observations != static_cast<std::size_t>(rows) * 2) throw std::runtime_error("rows were lost");
  fmt::print("\n{} listings by report: {:.1f} MB, {:.1f} MB packed\n", rows,
             static_cast<double>(unpacked) / 1e6, static_cast<double>(bytes.size()) / 1e6);
  fmt::print("  read in {:.2f} s ({:.0f} MB/s of text, {:.0f} rows/s), {} pages\n", spent,
             static_cast<double>(unpacked) / spent / 1e6, rows / spent, pages);
  fmt::print("  longest turn {:.2f} ms of processor time\n", longest * 1e3);
  fmt::print("  held at most {:.1f} MB; the process grew by {:.1f} MB\n", static_cast<double>(held) / 1e6,
             most - before);
}

}  // namespace

int main() {
  pages();
  std::size_t unpacked = 0;
  const std::string bytes = [&] {
    const std::string text = report(200'000);
    unpacked = text.size();
    return packed(text);
  }();
  sweep(bytes, unpacked, 200'000);
}
