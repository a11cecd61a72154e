// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/shelf_record.hpp"

#include <limits>

#include "daemon/ledger/pack.hpp"

namespace forestall::acting {

namespace fc = forecasting;
using ledger::Packer;
using ledger::Unpacker;

namespace {

constexpr std::int64_t version = 1;
// 9999-12-31, so that no stored number overflows a clock.
constexpr std::int64_t last_millisecond = 253'402'300'799'999;

Instant take_instant(Unpacker& u) {
  const auto at = u.integer();
  if (at < 0 || at > last_millisecond) u.fail("a time is out of range");
  return Instant(Millis(u.ok() ? at : 0));
}

bool of_this_version(Unpacker& u) { return u.integer() == version; }

std::array<std::uint8_t, fc::stock_belief_bytes> bytes_of(const fc::StockBelief& belief) {
  std::array<std::uint8_t, fc::stock_belief_bytes> bytes{};
  fc::encode(belief, bytes);
  return bytes;
}

}  // namespace

bool operator==(const ShelfRecord& a, const ShelfRecord& b) {
  return a.at == b.at && bytes_of(a.belief) == bytes_of(b.belief) && a.known_empty == b.known_empty &&
         a.emptied == b.emptied && a.since_empty == b.since_empty;
}

std::string encode_shelf(const ShelfRecord& record) {
  const auto belief = bytes_of(record.belief);
  Packer p;
  p.integer(version).integer(record.at.time_since_epoch().count());
  p.text({reinterpret_cast<const char*>(belief.data()), belief.size()});
  p.boolean(record.known_empty)
      .integer(record.emptied.time_since_epoch().count())
      .integer(record.since_empty);
  return p.take();
}

Result<ShelfRecord> decode_shelf(std::string_view bytes) {
  Unpacker u(bytes);
  if (!of_this_version(u) && u.ok())
    return fail(ErrorCode::unsupported, "shelf: written by a newer Forestall");
  ShelfRecord record;
  record.at = take_instant(u);
  const auto belief = u.text();
  record.known_empty = u.boolean();
  record.emptied = take_instant(u);
  const auto since = u.integer();
  if (since < std::numeric_limits<std::int32_t>::min() || since > std::numeric_limits<std::int32_t>::max())
    u.fail("a quantity is out of range");
  if (u.ok() && !u.at_end()) u.fail("more than a shelf");
  if (!u.ok()) return std::unexpected(u.error("shelf"));
  const auto decoded =
      fc::decode_stock_belief({reinterpret_cast<const std::uint8_t*>(belief.data()), belief.size()});
  if (!decoded) return fail(ErrorCode::parse, "shelf: not a belief");
  record.belief = *decoded;
  record.since_empty = static_cast<std::int32_t>(since);
  return record;
}

std::string encode_losses(const fc::LossLearner& learner) {
  Packer p;
  p.integer(version);
  for (const double sum : learner.sums()) p.number(sum);
  return p.take();
}

Result<fc::LossLearner> decode_losses(std::string_view bytes) {
  Unpacker u(bytes);
  if (!of_this_version(u) && u.ok())
    return fail(ErrorCode::unsupported, "losses: written by a newer Forestall");
  fc::LossLearner::Sums sums{};
  for (double& sum : sums) sum = u.number();
  if (u.ok() && !u.at_end()) u.fail("more than sums");
  if (!u.ok()) return std::unexpected(u.error("losses"));
  fc::LossLearner learner;
  if (!learner.restore(sums)) return fail(ErrorCode::parse, "losses: sums that no intervals have");
  return learner;
}

}  // namespace forestall::acting
