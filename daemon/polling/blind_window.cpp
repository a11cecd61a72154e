// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/blind_window.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

namespace forestall::polling {

using namespace std::chrono_literals;

namespace {

// A leg as a few points of stated weight, the tail finer than the body.
constexpr std::array cuts{0.0, .05, .1, .15, .2, .25,  .3,  .35, .4,  .45, .5,   .55,  .6, .65,
                          .7,  .75, .8, .85, .9, .925, .95, .97, .98, .99, .995, .999, 1.0};
constexpr std::size_t points = cuts.size() - 1;

struct Point {
  Millis value{};
  double weight = 0;
};

std::array<Point, points> points_of(const QuantileSketch& sketch) {
  std::array<Point, points> all;
  for (std::size_t i = 0; i < points; ++i)
    all[i] = {sketch.quantile((cuts[i] + cuts[i + 1]) / 2), cuts[i + 1] - cuts[i]};
  return all;
}

// The law of a sum of two independent times.
QuantileSketch sum_of(const std::array<Point, points>& a, const std::array<Point, points>& b) {
  QuantileSketch sum;
  for (const auto& x : a)
    for (const auto& y : b) sum.add(x.value + y.value, x.weight * y.weight);
  return sum;
}

void add_prior(QuantileSketch& sketch, const LegPrior& prior) {
  if (prior.weight <= 0) return;
  const boost::math::normal standard;
  const double mu = std::log(std::max(1.0, static_cast<double>(prior.p50.count())));
  const double upper = std::log(std::max(1.0, static_cast<double>(prior.p95.count())));
  const double sigma = std::max(0.0, upper - mu) / boost::math::quantile(standard, .95);
  constexpr int slices = 100;
  for (int i = 0; i < slices; ++i) {
    const double z = boost::math::quantile(standard, (i + .5) / slices);
    sketch.add(Millis(std::llround(std::exp(mu + sigma * z))), prior.weight / slices);
  }
}

}  // namespace

BlindWindow::Priors BlindWindow::priors(Millis interval, Instant now) {
  return {.placed_to_seen = {.p50 = 2min + interval / 2, .p95 = 2min + interval + 10s},
          .seen_to_sent = {.p50 = 200ms, .p95 = 10s},
          .sent_to_live = {.p50 = 5min, .p95 = 15min},
          .stated_at = now};
}

BlindWindow::BlindWindow(const Priors& priors) {
  const std::array laws{&priors.placed_to_seen, &priors.seen_to_sent, &priors.sent_to_live};
  for (std::size_t i = 0; i < leg_count; ++i) {
    legs_[i].origin = priors.stated_at;
    add_prior(legs_[i].sketch, *laws[i]);
  }
}

void BlindWindow::record(Leg leg, Millis took, Instant at) {
  auto& state = legs_[index(leg)];
  // Newer measurements weigh more; now and then all weights are brought down to where numbers are exact.
  auto half_lives =
      std::chrono::duration<double>(at - state.origin) / std::chrono::duration<double>(half_life);
  constexpr double most = 16;
  if (half_lives > most) {
    state.sketch.scale(std::exp2(-half_lives));
    state.origin = at;
    half_lives = 0;
  }
  state.sketch.add(std::max(took, Millis(0)), std::exp2(std::max(half_lives, -most)));
  ++state.measured;
}

void BlindWindow::record_seen(Instant placed_at, Instant seen_at) {
  record(Leg::placed_to_seen, seen_at - placed_at, seen_at);
}
void BlindWindow::record_sent(Instant seen_at, Instant sent_at) {
  record(Leg::seen_to_sent, sent_at - seen_at, sent_at);
}
void BlindWindow::record_live(Instant sent_at, Instant live_at) {
  record(Leg::sent_to_live, live_at - sent_at, live_at);
}

Millis BlindWindow::quantile(Leg leg, double q) const { return legs_[index(leg)].sketch.quantile(q); }

Millis BlindWindow::quantile(double q, Millis queue) const {
  std::uint64_t measured = 0;
  for (const auto& leg : legs_) measured += leg.measured;
  if (!sum_ || sum_->queue != queue || measured > sum_->after + sum_->after / 32) {
    auto sending = points_of(legs_[1].sketch);
    for (auto& point : sending) point.value = std::max(point.value, queue);
    const auto to_sent = sum_of(points_of(legs_[0].sketch), sending);
    sum_ = Sum{measured, queue, sum_of(points_of(to_sent), points_of(legs_[2].sketch))};
  }
  return sum_->sketch.quantile(q);
}

}  // namespace forestall::polling
