// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/reply_reader.hpp"

#include <fmt/format.h>
#include <hiredis/read.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace forestall::redis {

namespace {

// hiredis keeps this much before it compacts; feeding more at once only makes its memmove longer.
constexpr std::size_t feed_bytes = std::size_t{16} << 10;
// A status, an error, a number or a length: nothing sane is longer.
constexpr std::size_t max_line_bytes = std::size_t{64} << 10;

}  // namespace

// The reply under construction. hiredis asks for each object with the task of its parent; the objects it gets
// are places inside `root`. An array's vector is reserved once and never grows past that, so places stay put.
struct ReplyReader::Impl {
  struct FreeReader {
    void operator()(redisReader* r) const { redisReaderFree(r); }
  };

  explicit Impl(const ReplyLimits& l) : limits(l) {
    static redisReplyObjectFunctions functions = {&create_text, &create_array, &create_integer, &create_nil,
                                                  [](void*) {}};
    reader.reset(redisReaderCreateWithFunctions(&functions));
    if (!reader) throw std::bad_alloc();
    reader->privdata = this;
  }

  static Impl& self(const redisReadTask* task) { return *static_cast<Impl*>(task->privdata); }

  // Where the object of this task belongs; nullptr (hiredis: stop) when a limit is passed.
  Reply* place(const redisReadTask* task) {
    if (task->parent == nullptr) return &root;
    auto& items = std::get<5>(static_cast<Reply*>(task->parent->obj)->value_);
    items.emplace_back();
    return &items.back();
  }

  void* refuse(ErrorCode code, std::string why) {
    if (!refusal) refusal = Error{code, false, std::move(why)};
    return nullptr;
  }

  static void* create_text(const redisReadTask* task, char* bytes, size_t size) {
    Impl& me = self(task);
    Reply* at = me.place(task);
    switch (task->type) {
      case REDIS_REPLY_STATUS:
        at->value_.emplace<1>(bytes, size);
        break;
      case REDIS_REPLY_ERROR:
        at->value_.emplace<2>(bytes, size);
        break;
      default:
        // hiredis has the whole item in its buffer here, but does not look at its last two bytes.
        if (bytes[size] != '\r' || bytes[size + 1] != '\n')
          return me.refuse(ErrorCode::parse, "bulk string without its end of line");
        at->value_.emplace<4>(bytes, size);
    }
    return at;
  }

  static void* create_array(const redisReadTask* task, int size) {
    Impl& me = self(task);
    std::size_t depth = 1;
    for (const auto* up = task->parent; up != nullptr; up = up->parent) ++depth;
    if (depth > me.limits.max_depth)
      return me.refuse(ErrorCode::too_large,
                       fmt::format("arrays nested deeper than {}", me.limits.max_depth));
    me.elements += static_cast<std::size_t>(size);
    if (me.elements > me.limits.max_elements)
      return me.refuse(ErrorCode::too_large, fmt::format("more than {} elements", me.limits.max_elements));
    Reply* at = me.place(task);
    at->value_.emplace<5>().reserve(static_cast<std::size_t>(size));
    return at;
  }

  static void* create_integer(const redisReadTask* task, long long value) {
    Reply* at = self(task).place(task);
    at->value_.emplace<3>(value);
    return at;
  }

  static void* create_nil(const redisReadTask* task) { return self(task).place(task); }

  // Bytes that hiredis holds and has not consumed.
  std::size_t held() const { return reader->len - reader->pos; }

  // What an unfinished item announces or already fills: refused here, before its bytes are waited for.
  bool unfinished_item_too_large() {
    if (reader->ridx < 0) return false;
    const auto& task = reader->rstack[reader->ridx];
    const std::string_view rest(reader->buf + reader->pos, held());
    if (task.type == REDIS_REPLY_STRING) {
      std::uint64_t announced = 0;
      const auto line = rest.substr(0, rest.find('\r'));
      const auto [stop, ec] = std::from_chars(line.data(), line.data() + line.size(), announced);
      if (ec == std::errc{} && stop == line.data() + line.size() && line.size() < rest.size())
        return announced > limits.max_bytes;
    }
    if (task.type != -1) return rest.size() > std::min(max_line_bytes, limits.max_bytes);
    return false;
  }

  std::unexpected<Error> failed(ErrorCode code, std::string_view why) {
    root = Reply();
    unread.clear();
    failure = Error{code, false, fmt::format("reply at byte {}: {}", reply_start, why)};
    return std::unexpected(*failure);
  }

  ReplyLimits limits;
  std::unique_ptr<redisReader, FreeReader> reader;
  Reply root;
  std::size_t elements = 0;
  std::uint64_t fed = 0;          // bytes given to feed()
  std::uint64_t reply_start = 0;  // offset of the reply under construction
  std::string unread;             // fed, not yet given to hiredis
  std::size_t unread_from = 0;
  std::optional<Error> refusal;
  std::optional<Error> failure;
};

ReplyReader::ReplyReader(const ReplyLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
ReplyReader::~ReplyReader() = default;
ReplyReader::ReplyReader(ReplyReader&&) noexcept = default;
ReplyReader& ReplyReader::operator=(ReplyReader&&) noexcept = default;

void ReplyReader::feed(std::string_view bytes) {
  Impl& me = *impl_;
  me.fed += bytes.size();
  if (me.failure) return;
  if (me.unread_from == me.unread.size()) {
    me.unread.clear();
    me.unread_from = 0;
  }
  me.unread += bytes;
}

Result<std::optional<Reply>> ReplyReader::next() {
  Impl& me = *impl_;
  if (me.failure) return std::unexpected(*me.failure);
  while (true) {
    void* object = nullptr;
    const int outcome = redisReaderGetReply(me.reader.get(), &object);
    if (outcome != REDIS_OK) {
      if (me.refusal) return me.failed(me.refusal->code, me.refusal->detail);
      return me.failed(ErrorCode::parse, me.reader->errstr);
    }
    if (object != nullptr) {
      me.reply_start = me.fed - (me.unread.size() - me.unread_from) - me.held();
      me.elements = 0;
      return std::optional<Reply>(std::exchange(me.root, Reply()));
    }
    const std::uint64_t taken = me.fed - (me.unread.size() - me.unread_from);
    if (taken - me.reply_start > me.limits.max_bytes || me.unfinished_item_too_large())
      return me.failed(ErrorCode::too_large, fmt::format("longer than {} bytes", me.limits.max_bytes));
    const auto more = std::string_view(me.unread).substr(me.unread_from, feed_bytes);
    if (more.empty()) return std::nullopt;
    if (redisReaderFeed(me.reader.get(), more.data(), more.size()) != REDIS_OK)
      return me.failed(ErrorCode::internal, me.reader->errstr);
    me.unread_from += more.size();
  }
}

std::uint64_t ReplyReader::offset() const { return impl_->fed; }

}  // namespace forestall::redis
