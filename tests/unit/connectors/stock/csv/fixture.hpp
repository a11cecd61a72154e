// SPDX-License-Identifier: Apache-2.0
// A folder, a source that watches it, and the caller who stores cursors.
#pragma once

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "connectors/stock/csv/source.hpp"
#include "tests/support/http/fake_client.hpp"
#include "tests/support/http/run.hpp"

namespace forestall::stock_csv {

inline Instant at(std::string_view text) { return parse_instant(text).value(); }

class StockFolder : public testing::Test {
 protected:
  StockFolder() {
    std::string name = "/tmp/stock_csv_XXXXXX";
    folder = ::mkdtemp(name.data());
    settings.id = SourceId::literal("wms");
    settings.kind = "csv";
    settings.path = folder;
    settings.location = LocationId::literal("Hamburg");
    settings.time_zone = TimeZone::utc();
  }
  ~StockFolder() override { std::filesystem::remove_all(folder); }

  void open() {
    auto made = make_stock_source(settings, context);
    ASSERT_TRUE(made) << made.error().detail;
    source = std::move(*made);
  }
  // Appears whole, by rename, with a time of writing.
  void put(const std::string& name, const std::string& text,
           std::string_view written = "2026-11-23T04:00:00Z") {
    const auto hidden = folder / ("." + name + ".part");
    write(hidden, text);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at(written)).time_since_epoch().count();
    const timespec times[2] = {{seconds, 0}, {seconds, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, hidden.c_str(), times, 0), 0);
    std::filesystem::rename(hidden, folder / name);
  }
  static void write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
  }

  Result<ports::Page> poll(const std::string& cursor) {
    return test::run(io, source->poll({cursor}, std::chrono::seconds(30)));
  }
  // One round as a poller makes it: pages until there are no more, each stored.
  ports::Page round() {
    ports::Page all;
    for (;;) {
      auto page = poll(stored);
      if (!page) {
        ADD_FAILURE() << page.error().detail;
        return all;
      }
      if (page->more) {
        EXPECT_NE(page->next.text, stored) << "a page that says there is more stays where it was";
        if (page->next.text == stored) return all;
      }
      stored = page->next.text;
      for (auto& o : page->observations) {
        EXPECT_TRUE(model::check(o)) << model::check(o).error().detail;
        all.observations.push_back(std::move(o));
      }
      for (auto& e : page->set_aside) all.set_aside.push_back(std::move(e));
      ++pages;
      if (!page->more) return all;
    }
  }
  // "A=3 B=? ...", in order.
  static std::string levels(const ports::Page& page) {
    std::string text;
    for (const auto& o : page.observations)
      if (const auto* level = std::get_if<model::StockLevel>(&o))
        text += (text.empty() ? "" : " ") + level->sku.str() + "=" +
                (level->on_hand ? std::to_string(level->on_hand->count()) : "?");
    return text;
  }
  static std::vector<std::string> reasons(const ports::Page& page) {
    std::vector<std::string> all;
    for (const auto& e : page.set_aside) all.push_back(e.detail);
    return all;
  }

  std::filesystem::path folder;
  config::StockSettings settings;
  boost::asio::io_context io;
  ManualClock clock{at("2026-11-23T05:00:00Z")};
  SeededRandom random{1};
  MemoryLogSink sink;
  ports::Sessions sessions;
  test::FakeClient http{clock, [](const http::Request&) { return test::json_response(500, "{}"); }};
  ports::Context context{http, clock, random, Logger(sink), sessions};
  std::unique_ptr<ports::StockSource> source;
  std::string stored;
  int pages = 0;
};

}  // namespace forestall::stock_csv
