// SPDX-License-Identifier: Apache-2.0
#include "daemon/backtest/history/unpack.hpp"

#include <fmt/format.h>
#include <lzma.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

namespace forestall {

namespace {
constexpr std::size_t piece_bytes = std::size_t{256} << 10;
constexpr int gzip_only = 15 + 16;  // zlib's windowBits: the largest window, gzip's header
constexpr std::string_view gzip_magic = "\x1f\x8b";
constexpr std::string_view xz_magic{
    "\xFD"
    "7zXZ\0",
    6};
}  // namespace

Packing packing_of(std::string_view first_bytes) {
  if (first_bytes.starts_with(gzip_magic)) return Packing::gzip;
  return first_bytes.starts_with(xz_magic) ? Packing::xz : Packing::plain;
}

struct Unpacker::State {
  Packing packing;
  UnpackLimits limits;
  std::uint64_t unpacked = 0;
  bool whole = true;     // a member, or nothing, has just ended
  bool another = false;  // gzip: what comes next is a member of its own
  z_stream gzip{};
  lzma_stream xz = LZMA_STREAM_INIT;
  std::array<char, piece_bytes> piece{};

  State(Packing p, const UnpackLimits& l) : packing(p), limits(l) {
    if (packing == Packing::gzip && inflateInit2(&gzip, gzip_only) != Z_OK) throw std::bad_alloc();
    if (packing == Packing::xz && lzma_stream_decoder(&xz, limits.most_memory, LZMA_CONCATENATED) != LZMA_OK)
      throw std::bad_alloc();
  }
  ~State() {
    if (packing == Packing::gzip) inflateEnd(&gzip);
    lzma_end(&xz);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Result<std::size_t> gunzip(std::string_view& packed) {
    if (another && inflateReset(&gzip) != Z_OK) return fail(ErrorCode::parse, "damaged gzip");
    another = whole = false;
    const std::size_t given = std::min<std::size_t>(packed.size(), piece_bytes);
    gzip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    gzip.avail_in = static_cast<uInt>(given);
    gzip.next_out = reinterpret_cast<Bytef*>(piece.data());
    gzip.avail_out = static_cast<uInt>(piece.size());
    const int did = inflate(&gzip, Z_NO_FLUSH);
    packed.remove_prefix(given - gzip.avail_in);
    if (did == Z_STREAM_END)
      another = whole = true;
    else if (did == Z_MEM_ERROR)
      throw std::bad_alloc();
    else if (did != Z_OK && did != Z_BUF_ERROR)
      return fail(ErrorCode::parse,
                  fmt::format("damaged gzip after {} bytes unpacked{}{}", unpacked,
                              gzip.msg == nullptr ? "" : ": ", gzip.msg == nullptr ? "" : gzip.msg));
    return piece.size() - gzip.avail_out;
  }

  Result<std::size_t> unxz(std::string_view& packed, lzma_action action) {
    xz.next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
    xz.avail_in = packed.size();
    xz.next_out = reinterpret_cast<std::uint8_t*>(piece.data());
    xz.avail_out = piece.size();
    const lzma_ret did = lzma_code(&xz, action);
    packed.remove_prefix(packed.size() - xz.avail_in);
    switch (did) {
      case LZMA_OK:
      case LZMA_BUF_ERROR:
        break;
      case LZMA_STREAM_END:
        whole = true;
        break;
      case LZMA_MEM_ERROR:
        throw std::bad_alloc();
      case LZMA_MEMLIMIT_ERROR:
        return fail(ErrorCode::too_large,
                    fmt::format("xz asks for {} MiB of memory, {} MiB are allowed",
                                (lzma_memusage(&xz) + (1 << 20) - 1) >> 20, limits.most_memory >> 20));
      default:
        return fail(ErrorCode::parse, fmt::format("damaged xz after {} bytes unpacked", unpacked));
    }
    return piece.size() - xz.avail_out;
  }

  Result<std::string_view> count(std::size_t got) {
    unpacked += got;
    if (unpacked > limits.most_bytes)
      return fail(ErrorCode::too_large, fmt::format("more than {} bytes unpacked", limits.most_bytes));
    return std::string_view(piece.data(), got);
  }
};

Unpacker::Unpacker(Packing packing, const UnpackLimits& limits)
    : state_(std::make_unique<State>(packing, limits)) {}
Unpacker::~Unpacker() = default;
Unpacker::Unpacker(Unpacker&&) noexcept = default;
Unpacker& Unpacker::operator=(Unpacker&&) noexcept = default;

Result<std::string_view> Unpacker::next(std::string_view& packed) {
  if (state_->packing == Packing::plain) {
    const std::string_view all = packed.substr(0, piece_bytes);
    packed.remove_prefix(all.size());
    state_->unpacked += all.size();
    if (state_->unpacked > state_->limits.most_bytes)
      return fail(ErrorCode::too_large, fmt::format("more than {} bytes", state_->limits.most_bytes));
    return all;
  }
  for (;;) {
    const std::size_t before = packed.size();
    if (state_->packing == Packing::xz && before > 0) state_->whole = false;
    if (state_->packing == Packing::gzip && before == 0 && state_->whole) return std::string_view{};
    const auto got =
        state_->packing == Packing::gzip ? state_->gunzip(packed) : state_->unxz(packed, LZMA_RUN);
    if (!got) return std::unexpected(got.error());
    // Headers and the like unpack to nothing.
    if (*got > 0 || packed.size() == before) return state_->count(*got);
  }
}

Status Unpacker::finish() {
  if (state_->packing == Packing::plain) return {};
  if (state_->packing == Packing::xz) {
    std::string_view none;
    const auto got = state_->unxz(none, LZMA_FINISH);
    if (!got) return std::unexpected(got.error());
  }
  if (!state_->whole)
    return fail(ErrorCode::parse, fmt::format("cut off after {} bytes unpacked", state_->unpacked));
  return {};
}

}  // namespace forestall
