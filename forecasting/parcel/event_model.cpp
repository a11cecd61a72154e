// SPDX-License-Identifier: Apache-2.0
#include "forecasting/parcel/event_model.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <utility>

namespace forestall::forecasting {

EventModel::EventModel(const EventSettings& settings)
    : settings_(settings), before_fit_(settings.first_rate) {
  if (settings.width == 0 || settings.width > most_features)
    throw std::invalid_argument("EventModel: impossible number of clues");
}

Forecast EventModel::forecast(std::span<const double> clues, std::int32_t day) const {
  if (blend_.width == 0 || clues.size() != blend_.width) return {before_fit_, before_fit_, day};
  const double raw =
      from_log_odds(blend_.log_odds_of(clues) + (settings_.usual_days > 0 ? level_ - usual_score() : 0));
  return {raw, recalibration_.apply(raw), day};
}

double EventModel::usual_score() const {
  // Shrunk to the cases the blend was fitted to by the weight of 30.
  std::array<double, most_features> row{};
  for (std::size_t j = 0; j < blend_.width; ++j)
    row[j] = (usual_[j] * usual_weight_ + 30 * blend_.centre[j]) / (usual_weight_ + 30);
  return blend_.log_odds_of(std::span(row).first(blend_.width));
}

Forecast EventModel::ask(std::span<const double> clues, std::int32_t day, double weight) {
  if (clues.size() == settings_.width && settings_.usual_days > 0) {
    usual_weight_ *= std::exp2(-static_cast<double>(std::max(0, day - usual_day_)) / settings_.usual_days);
    usual_day_ = std::max(usual_day_, day);
    usual_weight_ += weight;
    for (std::size_t j = 0; j < settings_.width; ++j)
      if (std::isfinite(clues[j])) usual_[j] += (clues[j] - usual_[j]) * weight / usual_weight_;
  }
  return forecast(clues, day);
}

void EventModel::drop_old(std::int32_t day) {
  while (!cases_.empty() &&
         (cases_.front().day < day - settings_.most_days || cases_.size() > settings_.most_cases))
    cases_.pop_front();
}

Expected<void> EventModel::learn(std::span<const double> clues, const Forecast& said, bool happened,
                                 std::int32_t day, double weight) {
  if (clues.size() != settings_.width || !(said.raw >= 0 && said.raw <= 1))
    return std::unexpected(ForecastError::out_of_range);
  if (!std::isfinite(weight)) return std::unexpected(ForecastError::not_finite);
  if (weight < 0) return std::unexpected(ForecastError::negative);
  if (weight > 1e6) return std::unexpected(ForecastError::too_large);
  if (!cases_.empty() && day < cases_.back().day) return std::unexpected(ForecastError::time_backwards);
  Case c;
  c.clues.reserve(clues.size());
  for (const double v : clues) c.clues.push_back(std::isfinite(v) ? static_cast<float>(v) : 0.0F);
  c.raw = static_cast<float>(said.raw);
  c.weight = static_cast<float>(weight);
  c.day = day;
  c.asked = std::min(said.day, day);
  c.happened = happened;
  cases_.push_back(std::move(c));
  drop_old(day);
  return {};
}

double EventModel::recent_rate(std::int32_t day) const {
  double sum = settings_.prior_cases * settings_.first_rate;
  double weight = settings_.prior_cases;
  for (auto c = cases_.rbegin(); c != cases_.rend() && c->day >= day - settings_.recalibrate_days; ++c) {
    weight += static_cast<double>(c->weight);
    if (c->happened) sum += static_cast<double>(c->weight);
  }
  return sum / weight;
}

namespace {

constexpr std::int32_t period_days = 14;

struct Period {
  double luck = 0;
  double weight = 0;
};

// The offset of each fortnight, given the blend (one-dimensional Newton steps with a normal prior).
void find_luck(std::map<std::int32_t, Period>& periods, const Cases& cases,
               std::span<const std::int32_t> period_of, const Logistic& blend, double spread) {
  for (int round = 0; round < 5; ++round) {
    std::map<std::int32_t, std::pair<double, double>> steps;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      std::array<double, most_features> row{};
      for (std::size_t j = 0; j < cases.width; ++j)
        row[j] = static_cast<double>(cases.features[i * cases.width + j]);
      const double p =
          from_log_odds(blend.log_odds_of(std::span(row).first(cases.width)) + periods[period_of[i]].luck);
      auto& [slope, bend] = steps[period_of[i]];
      const auto w = static_cast<double>(cases.weight[i]);
      slope += w * ((cases.happened[i] != 0 ? 1.0 : 0.0) - p);
      bend += w * p * (1 - p);
    }
    for (auto& [period, step] : steps) {
      double& luck = periods[period].luck;
      const double hold = 1 / (spread * spread);
      luck += std::clamp((step.first - hold * luck) / (step.second + hold), -1.0, 1.0);
    }
  }
}

}  // namespace

Expected<void> EventModel::refit(std::int32_t day) {
  drop_old(day);
  before_fit_ = recent_rate(day);
  Cases cases;
  std::vector<Judged> recent;
  std::vector<std::int32_t> period_of;
  std::map<std::int32_t, Period> periods;
  std::array<double, most_features> row{};
  for (const Case& c : cases_) {
    const double age = static_cast<double>(day - c.day);
    for (std::size_t j = 0; j < settings_.width; ++j) row[j] = static_cast<double>(c.clues[j]);
    cases.add(std::span(row).first(settings_.width), c.happened,
              static_cast<double>(c.weight) * std::exp2(-age / settings_.half_life_days));
    period_of.push_back(c.asked / period_days);
    periods[period_of.back()].weight += static_cast<double>(c.weight);
    if (blend_.width != 0 && c.day >= day - settings_.recalibrate_days)
      recent.push_back({static_cast<double>(c.raw), c.happened, static_cast<double>(c.weight)});
  }
  cases.width = settings_.width;
  auto fitted = fit_logistic(cases, settings_.ridge);
  if (!fitted) return std::unexpected(fitted.error());
  for (int round = 0; round < 3 && settings_.period_spread > 0; ++round) {
    find_luck(periods, cases, period_of, *fitted, settings_.period_spread);
    for (std::size_t i = 0; i < cases.size(); ++i)
      cases.offset[i] = static_cast<float>(periods[period_of[i]].luck);
    fitted = fit_logistic(cases, settings_.ridge);
    if (!fitted) return std::unexpected(fitted.error());
  }
  // The level of each fortnight: mean score and luck. Their mean is what to expect; the last settled one is
  // weeks old and is carried over in part only.
  std::map<std::int32_t, std::pair<double, double>> scores;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    for (std::size_t j = 0; j < cases.width; ++j)
      row[j] = static_cast<double>(cases.features[i * cases.width + j]);
    auto& [sum, weight] = scores[period_of[i]];
    sum += static_cast<double>(cases.weight[i]) * fitted->log_odds_of(std::span(row).first(cases.width));
    weight += static_cast<double>(cases.weight[i]);
  }
  double sum = 0;
  double weight = 0;
  double last = 0;
  for (const auto& [period, score] : scores) {
    if (!(score.second > 0)) continue;
    const double level = score.first / score.second + periods[period].luck;
    const double trust = score.second / (score.second + 20);
    sum += trust * level;
    weight += trust;
    if (score.second > 20) last = level;
  }
  const double mean = weight > 0 ? sum / weight : fitted->intercept;
  level_ = mean + settings_.carry_over * (last != 0 ? last - mean : 0);
  blend_ = *fitted;
  recalibration_ = fit_recalibration(recent, settings_.prior_shift, settings_.prior_slope);
  return {};
}

}  // namespace forestall::forecasting
