// SPDX-License-Identifier: Apache-2.0
// Any bytes with a valid checksum: refused, or a model that survives events and questions.
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "forecasting/belief_codec.hpp"
#include "forecasting/parcel/event_model.hpp"
#include "forecasting/parcel/silence.hpp"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

void try_all(std::span<const std::uint8_t> bytes) {
  using namespace forestall::forecasting;
  const std::array<std::uint64_t, 2> path{1, 2};
  if (auto tree = decode_curve_tree(bytes)) {
    static_cast<void>(tree->ended(path, 3, 20'000));
    const Survival s = tree->survival(path, 20'000);
    for (const double v : s) demand(v >= 0 && v <= 1);
    demand(std::isfinite(quantile_given(s, 2, 0.9)));
  }
  if (auto tree = decode_share_tree(bytes)) {
    static_cast<void>(tree->add(path, 1, 20'000));
    const Share share = tree->share(path, 20'000);
    demand(share.share >= 0 && share.share <= 1.000002);
  }
  if (auto model = decode_silence_model(bytes)) {
    static_cast<void>(model->waited(path, 0, 100, 20'000));
    const double final = model->look(path, 50, 20'000).final;
    demand(final >= 0 && final <= 1.000002);
  }
  if (auto model = decode_event_model(bytes)) {
    const std::vector<double> clues(model->settings().width, 1.0);
    static_cast<void>(model->learn(clues, model->ask(clues, 60'000), true, 60'000));
    static_cast<void>(model->refit(60'000));
    const double p = model->forecast(clues, 60'000).probability;
    demand(p >= 0 && p <= 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try_all({data, size});
  // Give mutated payloads a checksum that fits, or the readers behind it are never reached.
  std::vector<std::uint8_t> sealed(data, data + (size > 4 ? size - 4 : size));
  const std::uint32_t crc = forestall::forecasting::crc32(sealed);
  for (int i = 0; i < 4; ++i) sealed.push_back(static_cast<std::uint8_t>(crc >> (8 * i)));
  try_all(sealed);
  return 0;
}
