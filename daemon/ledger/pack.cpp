// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/pack.hpp"

#include <bit>
#include <limits>

#include "config/base/text.hpp"

namespace forestall::ledger {
namespace {

constexpr int max_depth = 16;

std::string byte_text(std::uint8_t b) {
  static constexpr char digits[] = "0123456789abcdef";
  return std::string("0x") + digits[b >> 4] + digits[b & 15];
}

}  // namespace

void Packer::big_endian(std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) bytes_.push_back(static_cast<char>(value >> (8 * i)));
}

Packer& Packer::nil() {
  bytes_.push_back(static_cast<char>(0xc0));
  return *this;
}

Packer& Packer::boolean(bool value) {
  bytes_.push_back(static_cast<char>(value ? 0xc3 : 0xc2));
  return *this;
}

Packer& Packer::integer(std::int64_t value) {
  const auto put = [&](std::uint8_t head, int bytes) {
    bytes_.push_back(static_cast<char>(head));
    big_endian(static_cast<std::uint64_t>(value), bytes);
  };
  if (value >= 0) {
    if (value <= 0x7f)
      bytes_.push_back(static_cast<char>(value));
    else if (value <= 0xff)
      put(0xcc, 1);
    else if (value <= 0xffff)
      put(0xcd, 2);
    else if (value <= 0xffffffff)
      put(0xce, 4);
    else
      put(0xcf, 8);
  } else if (value >= -32) {
    bytes_.push_back(static_cast<char>(value));
  } else if (value >= std::numeric_limits<std::int8_t>::min()) {
    put(0xd0, 1);
  } else if (value >= std::numeric_limits<std::int16_t>::min()) {
    put(0xd1, 2);
  } else if (value >= std::numeric_limits<std::int32_t>::min()) {
    put(0xd2, 4);
  } else {
    put(0xd3, 8);
  }
  return *this;
}

Packer& Packer::number(double value) {
  bytes_.push_back(static_cast<char>(0xcb));
  big_endian(std::bit_cast<std::uint64_t>(value), 8);
  return *this;
}

Packer& Packer::text(std::string_view bytes) {
  const auto size = bytes.size();
  if (size < 32) {
    bytes_.push_back(static_cast<char>(0xa0 | size));
  } else if (size <= 0xff) {
    bytes_.push_back(static_cast<char>(0xd9));
    big_endian(size, 1);
  } else if (size <= 0xffff) {
    bytes_.push_back(static_cast<char>(0xda));
    big_endian(size, 2);
  } else {
    bytes_.push_back(static_cast<char>(0xdb));
    big_endian(size, 4);
  }
  bytes_.append(bytes);
  return *this;
}

Packer& Packer::array(std::size_t items) {
  if (items < 16) {
    bytes_.push_back(static_cast<char>(0x90 | items));
  } else if (items <= 0xffff) {
    bytes_.push_back(static_cast<char>(0xdc));
    big_endian(items, 2);
  } else {
    bytes_.push_back(static_cast<char>(0xdd));
    big_endian(items, 4);
  }
  return *this;
}

void Unpacker::fail(std::string_view problem) {
  if (!problem_.empty()) return;
  problem_ = std::string(problem) + ", " + std::to_string(rest_.size()) + " bytes before the end";
  rest_ = {};
}

Error Unpacker::error(std::string_view place) const {
  return {ErrorCode::parse, false, std::string(place) + ": " + problem_};
}

std::uint8_t Unpacker::take() {
  if (rest_.empty()) {
    fail("ends too early");
    return 0xc1;  // never used by MessagePack
  }
  const auto b = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return b;
}

std::uint64_t Unpacker::big_endian(int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | take();
  return value;
}

std::string_view Unpacker::take_bytes(std::size_t size) {
  if (size > rest_.size()) {
    fail("a text ends too early");
    return {};
  }
  const auto bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

bool Unpacker::boolean() {
  const auto b = take();
  if (b != 0xc2 && b != 0xc3) fail("no boolean (" + byte_text(b) + ")");
  return b == 0xc3;
}

std::int64_t Unpacker::integer() {
  const auto head = take();
  if (head <= 0x7f) return head;
  if (head >= 0xe0) return static_cast<std::int8_t>(head);
  switch (head) {
    case 0xcc:
      return static_cast<std::int64_t>(big_endian(1));
    case 0xcd:
      return static_cast<std::int64_t>(big_endian(2));
    case 0xce:
      return static_cast<std::int64_t>(big_endian(4));
    case 0xcf: {
      const auto value = big_endian(8);
      if (value > std::numeric_limits<std::int64_t>::max()) fail("an integer above 2^63");
      return static_cast<std::int64_t>(value);
    }
    case 0xd0:
      return static_cast<std::int8_t>(big_endian(1));
    case 0xd1:
      return static_cast<std::int16_t>(big_endian(2));
    case 0xd2:
      return static_cast<std::int32_t>(big_endian(4));
    case 0xd3:
      return static_cast<std::int64_t>(big_endian(8));
    default:
      break;
  }
  if (head >= 0xa0 && head <= 0xbf) {
    const auto value = parse_integer<std::int64_t>(take_bytes(head & 31U));
    if (!value) fail("a text that is no integer");
    return value.value_or(0);
  }
  fail("no integer (" + byte_text(head) + ")");
  return 0;
}

double Unpacker::number() {
  if (!rest_.empty() && static_cast<std::uint8_t>(rest_.front()) == 0xcb) {
    take();
    return std::bit_cast<double>(big_endian(8));
  }
  if (!rest_.empty() && static_cast<std::uint8_t>(rest_.front()) == 0xca) {
    take();
    return std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(4)));
  }
  return static_cast<double>(integer());
}

std::string_view Unpacker::text() {
  const auto head = take();
  if (head >= 0xa0 && head <= 0xbf) return take_bytes(head & 31U);
  if (head == 0xd9 || head == 0xc4) return take_bytes(big_endian(1));
  if (head == 0xda || head == 0xc5) return take_bytes(big_endian(2));
  if (head == 0xdb || head == 0xc6) return take_bytes(big_endian(4));
  fail("no text (" + byte_text(head) + ")");
  return {};
}

std::size_t Unpacker::array() {
  const auto head = take();
  std::size_t items = 0;
  if (head >= 0x90 && head <= 0x9f)
    items = head & 15U;
  else if (head == 0xdc)
    items = big_endian(2);
  else if (head == 0xdd)
    items = big_endian(4);
  else if (head != 0x80)
    fail("no array (" + byte_text(head) + ")");
  // Each item takes at least a byte: a larger number is a lie, and must not size anything.
  if (items > rest_.size()) {
    fail("an array that is longer than its bytes");
    return 0;
  }
  return items;
}

bool Unpacker::absent() {
  if (rest_.empty()) return false;
  const auto b = static_cast<std::uint8_t>(rest_.front());
  if (b != 0xc0 && b != 0xc2) return false;
  take();
  return true;
}

bool Unpacker::next_is_array() const {
  if (rest_.empty()) return false;
  const auto b = static_cast<std::uint8_t>(rest_.front());
  return (b >= 0x90 && b <= 0x9f) || b == 0xdc || b == 0xdd || b == 0x80;
}

void Unpacker::skip() { skip_one(0); }

void Unpacker::skip_one(int depth) {
  if (depth > max_depth) return fail("nested too deeply");
  if (next_is_array()) {
    const auto items = array();
    for (std::size_t i = 0; i < items && ok(); ++i) skip_one(depth + 1);
    return;
  }
  if (rest_.empty()) return fail("ends too early");
  const auto b = static_cast<std::uint8_t>(rest_.front());
  if (b == 0xc0 || b == 0xc2 || b == 0xc3) {
    take();
  } else if ((b >= 0xa0 && b <= 0xbf) || (b >= 0xd9 && b <= 0xdb) || (b >= 0xc4 && b <= 0xc6)) {
    text();
  } else {
    number();
  }
}

}  // namespace forestall::ledger
