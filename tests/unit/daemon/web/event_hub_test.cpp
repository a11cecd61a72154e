// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/event_hub.hpp"

#include <gmock/gmock.h>

namespace forestall::web {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> texts(EventReader& reader) {
  std::vector<std::string> all;
  for (const auto& frame : reader.take()) all.push_back(*frame);
  return all;
}

TEST(EventFrame, EveryLineIsALineOfData) {
  EXPECT_EQ(event_frame("orders", 7, R"({"a":1})"), "event: orders\nid: 7\ndata: {\"a\":1}\n\n");
  EXPECT_EQ(event_frame("x", 1, "a\nb\r\nc\rd"), "event: x\nid: 1\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  EXPECT_EQ(event_frame("x", 1, ""), "event: x\nid: 1\ndata: \n\n");
}

TEST(EventHub, ANewReaderGetsEveryTopicAndThenOnlyWhatIsNewer) {
  EventHub hub;
  hub.publish("a", "1");
  hub.publish("b", "2");
  const auto reader = hub.read();
  EXPECT_THAT(texts(*reader), ElementsAre(event_frame("a", 1, "1"), event_frame("b", 2, "2")));
  EXPECT_THAT(texts(*reader), IsEmpty());
  hub.publish("a", "3");
  EXPECT_THAT(texts(*reader), ElementsAre(event_frame("a", 3, "3")));
}

TEST(EventHub, WhoReadsSlowlyGetsTheNewestAndNoQueue) {
  EventHub hub;
  const auto slow = hub.read();
  for (int i = 1; i <= 1000; ++i) hub.publish(i % 2 == 0 ? "even" : "odd", std::to_string(i));
  EXPECT_THAT(texts(*slow), ElementsAre(event_frame("odd", 999, "999"), event_frame("even", 1000, "1000")));
}

TEST(EventHub, TheSameTextIsNoNews) {
  EventHub hub;
  const auto reader = hub.read();
  int told = 0;
  reader->on_news([&told] { ++told; });
  hub.publish("a", "1");
  hub.publish("a", "1");
  EXPECT_EQ(told, 1);
  hub.publish("a", "2");
  EXPECT_EQ(told, 2);
  EXPECT_THAT(texts(*reader), ElementsAre(event_frame("a", 2, "2")));
}

TEST(EventHub, CountsReadersAndTellsOfTheFirst) {
  int watched = 0;
  EventHub hub([&watched] { ++watched; });
  auto one = hub.read();
  auto two = hub.read();
  EXPECT_EQ(hub.readers(), 2u);
  EXPECT_EQ(watched, 1);
  one.reset();
  two.reset();
  EXPECT_EQ(hub.readers(), 0u);
  const auto again = hub.read();
  EXPECT_EQ(watched, 2);
}

TEST(EventHub, AReaderMayOutliveIt) {
  auto hub = std::make_unique<EventHub>();
  hub->publish("a", "1");
  const auto reader = hub->read();
  hub.reset();
  EXPECT_THAT(texts(*reader), ElementsAre(event_frame("a", 1, "1")));
}

}  // namespace
}  // namespace forestall::web
