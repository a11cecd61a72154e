// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/event_hub.hpp"

#include <algorithm>

namespace forestall::web {

std::string event_frame(std::string_view topic, std::uint64_t id, std::string_view data) {
  std::string frame = "event: ";
  frame.append(topic).append("\nid: ").append(std::to_string(id)).append("\n");
  // A carriage return ends a line there too.
  while (true) {
    const auto end = data.find_first_of("\r\n");
    frame.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    const bool both = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
    data.remove_prefix(end + (both ? 2 : 1));
  }
  return frame + "\n";
}

EventHub::EventHub(std::function<void()> watched)
    : state_(std::make_shared<State>()), watched_(std::move(watched)) {}
EventHub::~EventHub() = default;

void EventHub::publish(std::string_view topic, std::string_view data) {
  auto found = state_->topics.find(topic);
  if (found == state_->topics.end()) found = state_->topics.emplace(std::string(topic), Topic{}).first;
  auto& newest = found->second;
  if (newest.version != 0 && newest.data == data) return;
  newest.version = ++state_->last_version;
  newest.data = data;
  newest.frame = std::make_shared<const std::string>(event_frame(topic, newest.version, data));
  for (auto* reader : state_->readers)
    if (reader->on_news_) reader->on_news_();
}

std::unique_ptr<EventReader> EventHub::read() {
  std::unique_ptr<EventReader> reader(new EventReader(state_));
  if (state_->readers.size() == 1 && watched_) watched_();
  return reader;
}

std::size_t EventHub::readers() const { return state_->readers.size(); }

EventReader::EventReader(std::shared_ptr<EventHub::State> state)
    : state_(std::move(state)), place_(state_->readers.insert(state_->readers.end(), this)) {}
EventReader::~EventReader() { state_->readers.erase(place_); }

std::vector<EventHub::Frame> EventReader::take() {
  std::vector<std::pair<std::uint64_t, EventHub::Frame>> newer;
  for (const auto& [name, topic] : state_->topics)
    if (topic.version > taken_) newer.emplace_back(topic.version, topic.frame);
  std::ranges::sort(newer, {}, &std::pair<std::uint64_t, EventHub::Frame>::first);
  taken_ = state_->last_version;
  std::vector<EventHub::Frame> frames;
  frames.reserve(newer.size());
  for (auto& [version, frame] : newer) frames.push_back(std::move(frame));
  return frames;
}

}  // namespace forestall::web
