// SPDX-License-Identifier: Apache-2.0
#include "connectors/json/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/error.hpp>
#include <boost/json/parser.hpp>

#include "connectors/json/context.hpp"

namespace forestall::json {
namespace bj = boost::json;

Document::Document(std::unique_ptr<detail::Context> context) : context_(std::move(context)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes)
    return fail(ErrorCode::too_large,
                fmt::format("JSON of {} bytes, the limit is {}", text.size(), limits.bytes));
  // The values of a typical page take about twice its text; the arena grows by itself where that is not
  // enough.
  auto context =
      std::make_unique<detail::Context>(std::clamp<std::size_t>(text.size() * 2, 1024, 1 << 20), limits);
  std::array<unsigned char, 4096> scratch;
  bj::parse_options options;
  options.max_depth = limits.depth;
  bj::parser parser(bj::storage_ptr{}, options, scratch.data(), scratch.size());
  parser.reset(&context->arena);
  bj::error_code ec;
  const auto used = parser.write_some(text.data(), text.size(), ec);
  if (!ec && used < text.size()) ec = bj::error::extra_data;
  if (ec == bj::error::too_deep)
    return fail(ErrorCode::too_large,
                fmt::format("JSON nested deeper than {} at byte {}", limits.depth, used));
  if (ec) return fail(ErrorCode::parse, fmt::format("not JSON at byte {}: {}", used, ec.message()));
  // Placed where it is rather than moved: it uses the arena that it stands beside.
  context->root.~value();
  ::new (&context->root) bj::value(bj::pilfer(parser.release()));
  return Document(std::move(context));
}

Node Document::root() const { return Node(context_.get(), &context_->root, nullptr, {}, detail::no_index); }

bool Document::failed() const { return context_->error.has_value(); }

std::optional<Error> Document::take_error() { return std::exchange(context_->error, std::nullopt); }

}  // namespace forestall::json
