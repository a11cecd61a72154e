// SPDX-License-Identifier: Apache-2.0
// bench_ledger [throughput|durable|memory|scale [SKUS]|mapping [SKUS]]...: without arguments the first three.
#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/ledger/setup.hpp"

int main(int argc, char** argv) {
  using namespace forestall::bench;
  std::vector<std::string_view> parts(argv + 1, argv + argc);
  if (parts.empty()) parts = {"throughput", "durable", "memory"};
  constexpr std::int64_t orders = 200'000;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == "throughput") {
      run_throughput(false, orders, "");
    } else if (parts[i] == "durable") {
      run_throughput(true, orders, "");
    } else if (parts[i] == "memory") {
      run_memory("");
    } else if (parts[i] == "scale" || parts[i] == "mapping") {
      const auto what = parts[i];
      const bool given = i + 1 < parts.size() && std::atoll(parts[i + 1].data()) > 0;
      const auto skus = given ? std::atoll(parts[++i].data()) : 1'000'000;
      if (what == "scale")
        run_scale(skus, "");
      else
        run_mapping(skus);
    } else {
      fmt::print(stderr, "bench_ledger [throughput|durable|memory|scale [SKUS]|mapping [SKUS]]...\n");
      return 2;
    }
  }
}
