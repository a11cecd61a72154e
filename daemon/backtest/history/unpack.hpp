// SPDX-License-Identifier: Apache-2.0
// Unpacking gzip (RFC 1952) and xz piece by piece, under limits. Pure: bytes in, bytes out.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "config/base/error.hpp"

namespace forestall {

enum class Packing : std::uint8_t { plain, gzip, xz };
// By the first six bytes, never by a name.
Packing packing_of(std::string_view first_bytes);

struct UnpackLimits {
  std::uint64_t most_bytes = std::uint64_t{4} << 30;     // unpacked
  std::uint64_t most_memory = std::uint64_t{128} << 20;  // of xz's dictionary: `xz -9` asks for 65 MiB
};

class Unpacker {
 public:
  explicit Unpacker(Packing packing, const UnpackLimits& limits = {});
  ~Unpacker();
  Unpacker(Unpacker&&) noexcept;
  Unpacker& operator=(Unpacker&&) noexcept;

  // Takes bytes off the front of `packed` and gives what they unpack to, at most 256 KiB at a time, valid
  // until the next call. Empty: more is wanted. Members behind each other are one file, as for gzip and xz.
  // parse where the bytes are not what they seem, too_large past a limit.
  Result<std::string_view> next(std::string_view& packed);
  // There are no more bytes: parse where the file is cut off.
  Status finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace forestall
