// SPDX-License-Identifier: Apache-2.0
// Deciding takes nothing from the heap: the process's allocations are counted around it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/unit/forecasting/targets/problems.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FORESTALL_COUNTS_ALLOCATIONS 0  // the sanitizers own the allocator
#endif
#endif
#ifndef FORESTALL_COUNTS_ALLOCATIONS
#define FORESTALL_COUNTS_ALLOCATIONS 1
#endif

#if FORESTALL_COUNTS_ALLOCATIONS
namespace {
long allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace forestall::forecasting {
namespace {

TEST(Targets, DecideWithoutTheHeap) {
#if FORESTALL_COUNTS_ALLOCATIONS
  std::mt19937_64 random(9);
  for (int trial = 0; trial < 200; ++trial) {
    const StockTerms sku{static_cast<int>(random() % 60)};
    auto listings = test::random_channels(random, sku.usable_units);
    if (trial % 2 == 0) listings[0].components[0].units = 2;  // the bundle path
    SkuVerdict verdict;
    std::array<ListingTarget, 3> targets;
    const long before = allocations;
    const auto ok = choose_targets({&sku, 1}, listings, {&verdict, 1}, targets);
    explain_targets({&sku, 1}, listings, {&verdict, 1}, targets);
    EXPECT_EQ(allocations, before);
    EXPECT_TRUE(ok);
  }
  EXPECT_GT(allocations, 0);
#else
  GTEST_SKIP() << "a sanitizer owns the allocator";
#endif
}

}  // namespace
}  // namespace forestall::forecasting
