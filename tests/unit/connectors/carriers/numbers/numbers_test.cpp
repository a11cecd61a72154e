// SPDX-License-Identifier: Apache-2.0
// Tracking numbers: an own set that is always run, and every published test number where the data set is at
// hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "connectors/carriers/numbers/formats.hpp"
#include "connectors/carriers/numbers/recognise.hpp"

namespace forestall::carriers {
namespace {

struct Case {
  std::string_view number, carrier;
};

class Own : public testing::TestWithParam<Case> {};
TEST_P(Own, IsRecognisedAndATypingErrorIsNot) {
  const auto& [number, carrier] = GetParam();
  const auto found = recognise(number);
  const auto right = std::ranges::find(found, carrier, &Recognised::carrier);
  ASSERT_NE(right, found.end()) << number;
  EXPECT_TRUE(right->checked);
  std::string typo(number);
  char& last = *std::find_if(typo.rbegin(), typo.rend(), [](char c) { return c >= '0' && c <= '9'; });
  last = last == '9' ? '0' : static_cast<char>(last + 1);
  const auto mistaken = recognise(typo);
  EXPECT_FALSE(std::ranges::any_of(mistaken, [&](const Recognised& r) { return r.format == right->format; }))
      << typo;
}
INSTANTIATE_TEST_SUITE_P(Numbers, Own,
                         testing::Values(Case{"1Z5R89390357567127", "ups"},
                                         Case{"1z 5r8 939 03 5756 7127", "ups"},
                                         Case{"986578788855", "fedex"}, Case{"0414 4176 0228 964", "fedex"},
                                         Case{"9400111206206406260787", "usps"}, Case{"RB123456785GB", "s10"},
                                         Case{"3318810025", "dhl-express"},
                                         Case{"0073938000549297", "canada-post"}));

TEST(Numbers, SayWhereTheyGo) {
  // One of the ten check digits fits.
  std::string body = "940551129837012345935";
  for (char c = '0'; c <= '9'; ++c) {
    const auto found = recognise("42090210" + body + c);
    const auto it = std::ranges::find(found, "USPS IMpb", &Recognised::format);
    if (it == found.end()) continue;
    EXPECT_EQ(it->destination_zip, "90210");
    EXPECT_EQ(it->mailer, "112983");
    EXPECT_FALSE(wrong_label(*it, "90210-1234"));
    EXPECT_TRUE(wrong_label(*it, "10001"));
    EXPECT_FALSE(wrong_label(*it, "SW1A 1AA"));
    return;
  }
  FAIL();
}

TEST(Numbers, NonsenseIsNobodys) {
  for (const std::string_view text :
       {"", "1", "hello world", "1Z5R8939035756712!", "RB123456785XX", "\x01\x02"})
    EXPECT_TRUE(recognise(text).empty()) << text;
  EXPECT_TRUE(recognise(std::string(100'000, '1')).empty());
}

TEST(Numbers, HintsDecideBetweenTwo) {
  const std::vector<Recognised> two = {{"fedex", "a", true, "", ""}, {"purolator", "b", true, "", ""}};
  EXPECT_EQ(likeliest(two, "purolator", "US")->carrier, "purolator");
  EXPECT_EQ(likeliest(two, "", "US")->carrier, "fedex");
  EXPECT_FALSE(likeliest(two, "", "CA"));
  EXPECT_FALSE(likeliest({}, "ups", "US"));
}

// Random digits must seldom pass: a check digit is evidence, not proof.
TEST(Numbers, RandomDigitsSeldomPass) {
  std::mt19937_64 random(1);
  const auto share = [&](int length) {
    int passed = 0;
    for (int i = 0; i < 2'000; ++i) {
      std::string number;
      for (int j = 0; j < length; ++j) number += static_cast<char>('0' + random() % 10);
      passed += std::ranges::any_of(recognise(number), &Recognised::checked) ? 1 : 0;
    }
    return passed / 2'000.0;
  };
  EXPECT_NEAR(share(12), 0.15, 0.04);
  EXPECT_NEAR(share(20), 0.20, 0.04);
  EXPECT_LT(share(22), 0.02);
}

// Every published number of tracking_number_data, valid and invalid.
TEST(Numbers, PublishedTestNumbersPass) {
  const std::filesystem::path folder =
      std::filesystem::path(FORESTALL_SOURCE_DIR) / "../shared/specs/carriers/tracking_number_data/couriers";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "missing: " << folder;
  const std::map<std::string, std::vector<std::string_view>> ours = {
      {"canada_post", {"canada-post"}},
      {"dhl", {"dhl-express", "dhl-ecommerce"}},
      {"old_dominion", {"old-dominion"}}};
  int numbers = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::stringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const auto courier = boost::json::parse(text.str());
    const std::string code(courier.at("courier_code").as_string());
    const auto named = ours.find(code);
    const auto carriers = named == ours.end() ? std::vector<std::string_view>{code} : named->second;
    for (const auto& format : courier.at("tracking_numbers").as_array()) {
      const std::string name(format.at("name").as_string());
      // Ours of this format: those that its own valid numbers fit.
      std::map<std::string, int> fitting;
      const auto& tests = format.at("test_numbers");
      for (const auto& number : tests.at("valid").as_array()) {
        ++numbers;
        bool right = false;
        for (const Recognised& r : recognise(number.as_string()))
          if (std::ranges::count(carriers, r.carrier) != 0) {
            right = true;
            ++fitting[std::string(r.format)];
          }
        EXPECT_TRUE(right) << name << " " << number.as_string().c_str();
      }
      const auto all = static_cast<int>(tests.at("valid").as_array().size());
      for (const auto& number : tests.at("invalid").as_array()) {
        ++numbers;
        for (const Recognised& r : recognise(number.as_string()))
          EXPECT_FALSE(fitting[std::string(r.format)] == all && std::ranges::count(carriers, r.carrier) != 0)
              << name << " " << number.as_string().c_str() << " taken for " << r.format;
      }
    }
  }
  EXPECT_EQ(numbers, 280);
}

}  // namespace
}  // namespace forestall::carriers
