// SPDX-License-Identifier: Apache-2.0
// Amazon as the daemon meets it: Login with Amazon and the operations of the Selling Partner API that it
// needs, over the sandbox's market. Shapes follow the public models
// (github.com/amzn/selling-partner-api-models).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/exchange.hpp"
#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/market.hpp"
#include "tests/sandbox/throttle.hpp"

namespace forestall::sandbox {

// What a page token stands for: the rest of a result as it was when the first page was read.
struct Page {
  std::size_t account = 0;
  std::string operation{};
  Instant expires{};
  std::vector<std::uint32_t> rest{};
  std::size_t size = 0;   // entries a page
  std::size_t total = 0;  // of the whole result
  Instant until{};        // the window's end, for orders
};

struct Report {
  std::size_t account = 0;
  std::string id{}, type{};
  Instant created{}, done{};
  std::string content{};  // as of its creation
};

// What an operation is asked by.
struct Call {
  const Request& request;
  Account& account;
  std::size_t index;  // of the account
  Millis delay{0};    // of a write's going live, by fault
};

class Amazon {
 public:
  Amazon(Market& market, FaultScript& faults) : market_(market), faults_(faults) {}

  // True where the path belongs to Amazon; control paths do not.
  static bool owns(const Request& request);
  Answer answer(const Request& request);
  // Where downloads are reached: "http://127.0.0.1:8080".
  void set_base_url(std::string url) { base_url_ = std::move(url); }
  std::uint64_t tokens_issued() const { return tokens_issued_; }

 private:
  struct Route {
    std::string_view operation;
    Answer (Amazon::*run)(const Call&);
  };
  static const Route* find(const Request& request);
  Answer perform(const Route& route, const Call& call);
  Answer with_fault(const Fault& fault, const Route& route, Call call);
  Answer token(const Request& request);
  Answer issue_token(const Request& request);
  Answer download(const Request& request);
  // The account that an access token stands for, or the refusal.
  std::expected<std::size_t, Answer> authorise(const Request& request);

  Answer search_orders(const Call& call);
  Answer get_order(const Call& call);
  Answer get_listing(const Call& call);
  Answer search_listings(const Call& call);
  Answer patch_listing(const Call& call);
  Answer fba_inventory(const Call& call);
  Answer create_report(const Call& call);
  Answer get_report(const Call& call);
  Answer get_reports(const Call& call);
  Answer report_document(const Call& call);
  Answer participations(const Call& call);

  std::string report_content(const Account& account, std::string_view type) const;
  std::string keep_page(Page page);
  // The page of a token; nullptr where it is unknown, another account's or operation's, or expired.
  const Page* page_of(const Call& call, std::string_view token, std::string_view operation);

  struct AccessToken {
    std::size_t account;
    Instant expires;
  };
  Market& market_;
  FaultScript& faults_;
  std::string base_url_;
  Throttle throttle_;
  std::map<std::string, AccessToken, std::less<>> access_tokens_;
  std::map<std::string, Page, std::less<>> pages_;
  std::vector<Report> reports_;
  std::uint64_t tokens_issued_ = 0, pages_kept_ = 0, submissions_ = 0, requests_ = 0;
  std::map<std::string, Instant, std::less<>> documents_;  // signed download links by expiry
};

}  // namespace forestall::sandbox
