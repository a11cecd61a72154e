// SPDX-License-Identifier: Apache-2.0
// Server-sent events as states: topics whose newest text is all that matters. Whoever reads slowly skips what
// was in between; there is no queue that could grow. Pure: no sockets, no clock.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace forestall::web {

// One event in the format of the HTML standard (section 9.2.6): each line of `data` is a line "data: ...".
std::string event_frame(std::string_view topic, std::uint64_t id, std::string_view data);
// A comment that says only that the connection lives.
inline constexpr std::string_view event_heartbeat = ":\n\n";

class EventReader;

// Use from the loop's thread only. Readers may outlive it: they then see nothing new.
class EventHub {
 public:
  using Frame = std::shared_ptr<const std::string>;

  // `watched` is called when the first reader comes.
  explicit EventHub(std::function<void()> watched = {});
  ~EventHub();
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  // The topic's newest state. The same text as before is no news.
  void publish(std::string_view topic, std::string_view data);
  std::unique_ptr<EventReader> read();
  std::size_t readers() const;

 private:
  friend class EventReader;
  struct Topic {
    std::uint64_t version = 0;
    std::string data;
    Frame frame;
  };
  struct State {
    std::map<std::string, Topic, std::less<>> topics;
    std::list<EventReader*> readers;
    std::uint64_t last_version = 0;
  };
  std::shared_ptr<State> state_;
  std::function<void()> watched_;
};

// One connection's view of a hub: begins with every topic, then whatever became newer.
class EventReader {
 public:
  ~EventReader();
  EventReader(const EventReader&) = delete;
  EventReader& operator=(const EventReader&) = delete;

  // What is newer than what was taken before, one frame a topic at most, oldest change first.
  std::vector<EventHub::Frame> take();
  // Called when there may be something to take; must not take at once.
  void on_news(std::function<void()> call) { on_news_ = std::move(call); }

 private:
  friend class EventHub;
  explicit EventReader(std::shared_ptr<EventHub::State> state);

  std::shared_ptr<EventHub::State> state_;
  std::list<EventReader*>::iterator place_;
  std::uint64_t taken_ = 0;  // versions grow over all topics
  std::function<void()> on_news_;
};

}  // namespace forestall::web
