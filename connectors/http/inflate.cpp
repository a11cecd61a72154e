// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/inflate.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

#include "config/base/text.hpp"

namespace forestall::http {
namespace {

// zlib's windowBits: which header to expect.
constexpr int gzip_header = 15 + 16;
constexpr int zlib_header = 15;
constexpr int no_header = -15;

Error broken(std::string_view why) {
  return Error{ErrorCode::parse, false, fmt::format("the compressed answer is broken: {}", why)};
}

}  // namespace

Result<ContentCoding> parse_content_coding(std::string_view header) {
  const std::string word = to_lower(trim(header));
  if (word.empty() || word == "identity") return ContentCoding::identity;
  if (word == "gzip" || word == "x-gzip") return ContentCoding::gzip;
  if (word == "deflate") return ContentCoding::deflate;
  return fail(ErrorCode::unsupported, fmt::format("content encoding \"{}\"", printable(word, 40)));
}

struct Inflater::Impl {
  explicit Impl(ContentCoding c) : coding(c) {}
  ~Impl() {
    if (begun) inflateEnd(&stream);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // RFC 1950 2.2: method 8, and the first two bytes are a multiple of 31.
  int window_bits() const {
    if (coding == ContentCoding::gzip) return gzip_header;
    const auto first = static_cast<unsigned char>(head[0]);
    const auto second = static_cast<unsigned char>(head[1]);
    return (first & 0x0f) == 8 && (first * 256 + second) % 31 == 0 ? zlib_header : no_header;
  }

  Status unpack(std::string_view bytes, std::string& out, std::size_t most) {
    std::array<char, 16384> block;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib does not write there
    stream.avail_in = static_cast<uInt>(bytes.size());
    for (;;) {
      if (ended) {
        if (stream.avail_in == 0) return {};
        // RFC 1952 2.2: a gzip file may have several members.
        if (coding != ContentCoding::gzip) return std::unexpected(broken("bytes after its end"));
        inflateReset(&stream);
        ended = false;
      }
      stream.next_out = reinterpret_cast<Bytef*>(block.data());
      stream.avail_out = static_cast<uInt>(block.size());
      const int code = inflate(&stream, Z_NO_FLUSH);
      const std::size_t made = block.size() - stream.avail_out;
      if (made > most - out.size())
        return fail(ErrorCode::too_large, fmt::format("the answer unpacks to more than {} bytes", most));
      out.append(block.data(), made);
      if (code == Z_STREAM_END)
        ended = true;
      else if (code == Z_BUF_ERROR || (code == Z_OK && stream.avail_in == 0 && stream.avail_out > 0))
        return {};
      else if (code != Z_OK)
        return std::unexpected(broken(stream.msg != nullptr ? stream.msg : "zlib refuses it"));
    }
  }

  ContentCoding coding;
  z_stream stream{};
  bool begun = false;
  bool ended = false;
  std::string head;  // the first two bytes, until both are here
};

Inflater::Inflater(ContentCoding coding) : impl_(std::make_unique<Impl>(coding)) {}
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;

Status Inflater::feed(std::string_view bytes, std::string& out, std::size_t most) {
  Impl& my = *impl_;
  if (my.coding == ContentCoding::identity) {
    if (out.size() > most || bytes.size() > most - out.size())
      return fail(ErrorCode::too_large, fmt::format("the answer is larger than {} bytes", most));
    out.append(bytes);
    return {};
  }
  if (!my.begun) {
    const std::size_t wanted = std::min<std::size_t>(2 - my.head.size(), bytes.size());
    my.head.append(bytes.substr(0, wanted));
    bytes.remove_prefix(wanted);
    if (my.head.size() < 2) return {};
    if (inflateInit2(&my.stream, my.window_bits()) != Z_OK)
      return fail(ErrorCode::internal, "zlib cannot be initialised");
    my.begun = true;
    if (auto status = my.unpack(my.head, out, most); !status) return status;
  }
  // avail_in is 32 bits wide.
  constexpr std::size_t piece = std::size_t{1} << 30;
  for (; bytes.size() > piece; bytes.remove_prefix(piece))
    if (auto status = my.unpack(bytes.substr(0, piece), out, most); !status) return status;
  return bytes.empty() ? Status{} : my.unpack(bytes, out, most);
}

Status Inflater::finish() const {
  const bool nothing = !impl_->begun && impl_->head.empty();
  if (impl_->coding == ContentCoding::identity || nothing || impl_->ended) return {};
  return std::unexpected(broken("it ends too early"));
}

}  // namespace forestall::http
