// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/inbox.hpp"

#include <utility>

namespace forestall::alerting {
namespace {

// Of an AllOf: what it holds, but never nothing.
std::size_t weight_of(const News& news) {
  const auto* all = std::get_if<AllOf>(&news);
  return all == nullptr ? 1 : 1 + all->alerts.size();
}

}  // namespace

const SellerId& seller_of(const News& news) {
  if (const auto* raised = std::get_if<Raised>(&news)) return raised->alert.identity.seller;
  if (const auto* resolved = std::get_if<Resolved>(&news)) return resolved->identity.seller;
  return std::get<AllOf>(news).scope.seller;
}

void Inbox::put(News news, std::size_t weight) {
  if (weight_ + weight > most_) {
    dropped_ += weight;
    return;
  }
  weight_ += weight;
  news_.push_back(std::move(news));
  if (told_) told_();
}

void Inbox::raise(Alert alert) { put(Raised{std::move(alert)}, 1); }
void Inbox::resolve(Identity identity) { put(Resolved{std::move(identity)}, 1); }

void Inbox::all(Scope scope, std::vector<Alert> alerts) {
  // Nobody took the last word on this scope yet: the new one replaces it.
  for (auto& waiting : news_)
    if (auto* old = std::get_if<AllOf>(&waiting); old != nullptr && old->scope.seller == scope.seller &&
                                                  old->scope.kind == scope.kind &&
                                                  old->scope.account == scope.account) {
      weight_ = weight_ + alerts.size() - old->alerts.size();
      old->alerts = std::move(alerts);
      return;
    }
  const auto weight = 1 + alerts.size();
  put(AllOf{std::move(scope), std::move(alerts)}, weight);
}

void Inbox::look() {
  for (const auto& watcher : watchers_) watcher(*this);
}

std::vector<News> Inbox::take(const SellerId& seller) {
  std::vector<News> taken, rest;
  for (auto& news : news_) {
    auto& place = seller_of(news) == seller ? taken : rest;
    if (&place == &taken) weight_ -= weight_of(news);
    place.push_back(std::move(news));
  }
  news_ = std::move(rest);
  return taken;
}

}  // namespace forestall::alerting
