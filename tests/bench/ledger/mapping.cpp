// SPDX-License-Identifier: Apache-2.0
// A pass over the mapping of a large seller: three listings a SKU, two by file, one by equal text.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "daemon/flow/listing_map.hpp"
#include "tests/bench/ledger/setup.hpp"

namespace forestall::bench {
namespace {

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void pass_over(const ledger::Mirror& mirror, const mapping::Mapping& file, const char* what) {
  flow::MappingPass pass(file);
  std::vector<ledger::Mapping> send;
  std::size_t sent = 0;
  double total = 0, longest = 0;
  for (bool done = false; !done;) {
    const auto before = thread_seconds();
    done = pass.step(mirror, 500, send);
    const auto took = thread_seconds() - before;
    total += took;
    longest = std::max(longest, took);
    sent += send.size();
    send.clear();
  }
  fmt::print("  {:<34} {:>5.2f} s of the loop in all, longest slice {:.2f} ms (at most 5); {} to send\n",
             what, total, longest * 1e3, sent);
}

}  // namespace

void run_mapping(std::int64_t skus) {
  const auto account = AccountId::literal("amazon-us");
  ledger::Mirror mirror;
  std::string text = "account,listing,sku,units\n";
  for (std::int64_t i = 0; i < skus; ++i) {
    ledger::SkuState state;
    state.sku = sku_name(i);
    mirror.put(state);
    for (int l = 0; l < 2; ++l) {
      text += fmt::format("amazon-us,{},{},1\n", listing_name(l, i), sku_name(i));
      mirror.put(ledger::Mapping{
          account, ListingId::literal(listing_name(l, i)), {{SkuId::literal(sku_name(i)), Units(1)}}, {}});
    }
    mirror.put(ledger::Mapping{
        account, ListingId::literal(sku_name(i)), {{SkuId::literal(sku_name(i)), Units(1)}}, {}});
  }
  const auto before = thread_seconds();
  const std::vector accounts{account};
  const auto file = mapping::parse_mapping(text, accounts);
  fmt::print("Mapping of {} listings, {} of them by a file of {} MiB, read in {:.1f} s off the loop\n",
             mirror.listings(), file->mapping.listings(), text.size() >> 20, thread_seconds() - before);
  pass_over(mirror, file->mapping, "nothing changed");
  pass_over(mirror, {}, "the file is gone");
}

}  // namespace forestall::bench
