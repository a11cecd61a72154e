// SPDX-License-Identifier: Apache-2.0
// Rows of products, prices, cancel requests, returns and messages as observations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/tables/table.hpp"

namespace forestall::tables {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Fields = std::vector<std::string_view>;

Instant at(std::string_view text) { return parse_instant(text).value(); }

Table open(Kind kind, const Fields& header, bool strict = true) {
  Given given{.source = SourceId::literal("import"),
              .file_time = at("2026-11-23T04:00:00Z"),
              .now = at("2026-11-23T05:00:00Z"),
              .strict = strict};
  given.accounts.emplace()["amazon-de"] = Currency::literal("EUR");
  return Table::open(kind, header, {}, given).value();
}

template <class T>
T one(Table& table, const Fields& fields) {
  return std::get<T>(table.read(fields).value().value());
}
std::string why(Table& table, const Fields& fields) { return table.read(fields).error().detail; }

TEST(Products, HaveCostsAndProperties) {
  auto table = open(Kind::products, {"sku", "cost", "currency", "attribute.Colour", "attribute.size"});
  const auto product = one<model::ProductUpsert>(table, {"A", "1.234,50", "EUR", " red ", ""});
  EXPECT_EQ(product.cost, Money(123450, Currency::literal("EUR")));
  EXPECT_THAT(product.attributes, ElementsAre(model::Attribute{"colour", "red"}));
  EXPECT_EQ(one<model::ProductUpsert>(table, {"A", "9.90 USD", "", "", ""}).cost,
            Money(990, Currency::literal("USD")));
  EXPECT_EQ(one<model::ProductUpsert>(table, {"A", "", "", "", ""}).cost, std::nullopt);
  EXPECT_EQ(why(table, {"A", "9.90", "", "", ""}), "cost: its currency is missing");
  EXPECT_THAT(why(table, {"A", "9.90", "EURO", "", ""}), HasSubstr("currency: "));
  EXPECT_EQ(why(table, {"A", "-1", "EUR", "", ""}), "cost: is negative");
  EXPECT_THAT(why(table, {"A", "1.999", "JPY", "", ""}), HasSubstr("cost: "));
}

TEST(Prices, AreInTheAccountsCurrency) {
  auto table = open(Kind::prices, {"account", "listing", "price"});
  EXPECT_EQ(one<model::PriceObserved>(table, {"amazon-de", "L", "19,99"}).price,
            Money(1999, Currency::literal("EUR")));
  EXPECT_EQ(why(table, {"amazon-de", "L", ""}), "price: is missing");
  EXPECT_THAT(why(table, {"amazon-dee", "L", "1"}), HasSubstr("did you mean \"amazon-de\"?"));
}

TEST(CancelRequests, SpeakTheWordsOfTheModel) {
  auto table = open(Kind::cancel_requests,
                    {"account", "order", "requested_at", "line", "reason", "state", "answer_by"});
  const auto request = one<model::CancelRequest>(
      table, {"amazon-de", "1-2", "2026-11-22T10:00:00Z", "", "buyer_changed_mind", "granted", "2026-11-24"});
  EXPECT_EQ(request.reason, model::CancelReason::buyer_changed_mind);
  EXPECT_EQ(request.state, model::RequestState::granted);
  EXPECT_TRUE(request.line.empty());
  EXPECT_EQ(request.answer_by, at("2026-11-24T23:59:59.999Z"));
  EXPECT_EQ(why(table, {"amazon-de", "1-2", "", "", "", "", ""}), "requested_at: is missing");
  EXPECT_EQ(why(table, {"amazon-de", "1-2", "2026-11-22", "", "bored", "", ""}),
            "reason: \"bored\" is none of its words");
}

TEST(Returns, HaveClocks) {
  auto table = open(Kind::returns, {"account", "return", "order", "units", "requested_at", "state",
                                    "refund_by", "received_at"});
  const auto made = one<model::ReturnUpsert>(
      table, {"amazon-de", "R", "1-2", "2", "2026-11-20", "on_its_way", "2026-12-01", "2026-11-22 08:00"});
  EXPECT_EQ(made.units, Units(2));
  EXPECT_EQ(made.state, model::ReturnState::on_its_way);
  EXPECT_EQ(made.received_at, at("2026-11-22T08:00:00Z"));
  EXPECT_EQ(made.refund_by, at("2026-12-01T23:59:59.999Z"));
}

TEST(Messages, NeedNoOrder) {
  auto table = open(Kind::messages, {"account", "message", "received_at", "order", "answered_at"});
  const auto message = one<model::MessageUpsert>(
      table, {"amazon-de", "M", "2026-11-20T10:00:00Z", "", "2026-11-20T11:00:00Z"});
  EXPECT_EQ(message.order, std::nullopt);
  EXPECT_EQ(message.answered_at, at("2026-11-20T11:00:00Z"));
  const auto texts = Table::open(Kind::messages, Fields{"account", "message", "received_at", "text"}, {},
                                 Given{.strict = true});
  EXPECT_THAT(texts.error().detail, HasSubstr("unknown column \"text\""));
}

}  // namespace
}  // namespace forestall::tables
