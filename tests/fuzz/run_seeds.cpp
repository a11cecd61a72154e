// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over its stored seeds and over mutations of them, where libFuzzer is not linked in.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  std::size_t inputs = 0;
  std::mt19937_64 random(1);
  const auto run = [&](const std::vector<std::uint8_t>& bytes) {
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++inputs;
  };
  run({});
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::exists(argv[i])) {
      std::fprintf(stderr, "no seeds at %s\n", argv[i]);
      return 1;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::vector<std::uint8_t> seed{std::istreambuf_iterator<char>(file), {}};
      run(seed);
      for (int round = 0; round < 200 && !seed.empty(); ++round) {
        auto mutant = seed;
        for (std::uint64_t edits = 1 + random() % 4; edits > 0; --edits) {
          const auto at = random() % mutant.size();
          if (random() % 3 == 0)
            mutant.resize(at + 1);
          else
            mutant[at] = static_cast<std::uint8_t>(random());
        }
        run(mutant);
      }
    }
  }
  std::printf("%zu inputs\n", inputs);
  return 0;
}
