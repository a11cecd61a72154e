// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/inbox.hpp"

#include <iterator>
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

void Inbox::put(Subject subject, News news) {
  auto& queue = queues_[subject.second.seller];
  const auto weight = weight_of(news);
  if (const auto known = queue.last.find(subject); known != queue.last.end()) {
    // Nobody took the last word on it yet: the new one replaces it, and comes after all that was said since.
    const auto at = known->second;
    queue.weight = queue.weight + weight - weight_of(*at);
    *at = std::move(news);
    queue.news.splice(queue.news.end(), queue.news, at);
    return;
  }
  if (queue.weight + weight > most_) {
    dropped_ += weight;
    return;
  }
  queue.weight += weight;
  queue.news.push_back(std::move(news));
  queue.last.emplace(std::move(subject), std::prev(queue.news.end()));
  if (told_) told_();
}

void Inbox::raise(Alert alert) {
  auto identity = alert.identity;
  put({false, std::move(identity)}, Raised{std::move(alert)});
}

void Inbox::resolve(Identity identity) {
  auto of = identity;
  put({false, std::move(of)}, Resolved{std::move(identity)});
}

void Inbox::all(Scope scope, std::vector<Alert> alerts) {
  Identity of{scope.seller, scope.kind, scope.account, {}};
  put({true, std::move(of)}, AllOf{std::move(scope), std::move(alerts)});
}

void Inbox::look() {
  for (const auto& watcher : watchers_) watcher(*this);
}

bool Inbox::look_at_some_more() {
  bool more = false;
  for (const auto& some : sliced_) more = some(*this) || more;
  return more;
}

std::vector<News> Inbox::take(const SellerId& seller) {
  const auto at = queues_.find(seller);
  if (at == queues_.end()) return {};
  auto& news = at->second.news;
  std::vector<News> taken(std::move_iterator(news.begin()), std::move_iterator(news.end()));
  queues_.erase(at);
  return taken;
}

std::size_t Inbox::waiting() const {
  std::size_t sum = 0;
  for (const auto& [seller, queue] : queues_) sum += queue.news.size();
  return sum;
}

}  // namespace forestall::alerting
