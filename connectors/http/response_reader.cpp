// SPDX-License-Identifier: Apache-2.0
// Answers from bytes: Beast's parser, under our limits. The one unit of the client that includes Beast.
#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <optional>
#include <utility>

#include "config/base/text.hpp"
#include "connectors/http/inflate.hpp"
#include "connectors/http/wire.hpp"

namespace forestall::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;
using BeastView = boost::beast::string_view;

std::string_view view(BeastView text) { return {text.data(), text.size()}; }

class Parser final : public beast_http::basic_parser<false> {
 public:
  Parser(bool without_body, const ResponseLimits& limits) : limits_(limits) {
    eager(true);
    skip(without_body);
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(boost::optional<std::uint64_t>(limits.body_bytes));
  }

  Response response;
  std::optional<Error> failure;

 private:
  void on_request_impl(beast_http::verb, BeastView, BeastView, int, error_code&) override {}

  void on_response_impl(int code, BeastView, int, error_code&) override { response.status = code; }

  void on_field_impl(beast_http::field, BeastView name, BeastView value, error_code& ec) override {
    if (is_header_done()) return;  // trailers say nothing we ask for
    if (response.headers.size() == 256) {
      failure = Error{ErrorCode::too_large, false, "an answer with more than 256 headers"};
      ec = beast_http::error::header_limit;
      return;
    }
    response.headers.push_back({std::string(view(name)), std::string(view(value))});
  }

  void on_header_impl(error_code& ec) override {
    std::string codings;
    for (const auto& header : response.headers) {
      if (to_lower(header.name) != "content-encoding") continue;
      if (!codings.empty()) codings += ',';
      codings += header.value;
    }
    auto coding = parse_content_coding(codings);
    if (!coding) {
      failure = std::move(coding.error());
      ec = beast_http::error::bad_value;
      return;
    }
    packed_ = *coding != ContentCoding::identity;
    inflater_.emplace(*coding);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}

  std::size_t on_body_impl(BeastView bytes, error_code& ec) override {
    if (auto fed = inflater_->feed(view(bytes), response.body, limits_.body_bytes); !fed) {
      failure = std::move(fed.error());
      ec = beast_http::error::body_limit;
    }
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView bytes, error_code& ec) override {
    return on_body_impl(bytes, ec);
  }

  void on_finish_impl(error_code& ec) override {
    if (!inflater_) return;
    if (auto whole = inflater_->finish(); !whole) {
      failure = std::move(whole.error());
      ec = beast_http::error::partial_message;
      return;
    }
    if (packed_)
      std::erase_if(response.headers, [](const Header& header) {
        const auto name = to_lower(header.name);
        return name == "content-encoding" || name == "content-length";
      });
  }

  ResponseLimits limits_;
  std::optional<Inflater> inflater_;
  bool packed_ = false;
};

}  // namespace

struct ResponseReader::Impl {
  Impl(Method m, const ResponseLimits& l) : method(m), limits(l) { renew(); }

  void renew() { parser = std::make_unique<Parser>(method == Method::head, limits); }

  std::unexpected<Error> failed(const error_code& ec) {
    if (parser->failure) return std::unexpected(*parser->failure);
    if (ec == beast_http::error::body_limit)
      return fail(ErrorCode::too_large, fmt::format("the answer is larger than {} bytes", limits.body_bytes));
    if (ec == beast_http::error::header_limit || ec == beast_http::error::buffer_overflow)
      return fail(ErrorCode::too_large,
                  fmt::format("the answer's headers are larger than {} bytes", limits.header_bytes));
    return fail(ErrorCode::parse, fmt::format("the answer is not HTTP: {}", ec.message()));
  }

  // Parses from the front of `input`; returns how much was used.
  Result<std::size_t> parse(std::string_view input) {
    std::size_t used = 0;
    while (used < input.size() && !complete) {
      error_code ec;
      const auto rest = input.substr(used);
      // Beast would wait for a whole line first; a server that speaks something else is told apart at once.
      static constexpr std::string_view opening = "HTTP/";
      if (!parser->got_some() && rest.substr(0, opening.size()) != opening.substr(0, rest.size()))
        return fail(ErrorCode::parse, "the answer is not HTTP: it does not begin with HTTP/");
      const std::size_t step = parser->put(boost::asio::const_buffer(rest.data(), rest.size()), ec);
      used += step;
      if (ec && ec != beast_http::error::need_more) return failed(ec);
      if (parser->is_done()) {
        const int status = parser->response.status;
        if (status >= 100 && status < 200 && status != 101) {
          if (++interim > 16) return fail(ErrorCode::parse, "more than 16 interim answers");
          renew();
          continue;
        }
        complete = true;
      } else if (ec == beast_http::error::need_more || step == 0) {
        break;
      }
    }
    return used;
  }

  Method method;
  ResponseLimits limits;
  std::unique_ptr<Parser> parser;
  std::string pending;  // received, but the parser wants it together with what follows
  int interim = 0;
  bool any = false;
  bool complete = false;
  bool closed = false;
};

ResponseReader::ResponseReader(Method method, const ResponseLimits& limits)
    : impl_(std::make_unique<Impl>(method, limits)) {}
ResponseReader::~ResponseReader() = default;
ResponseReader::ResponseReader(ResponseReader&&) noexcept = default;
ResponseReader& ResponseReader::operator=(ResponseReader&&) noexcept = default;

Status ResponseReader::feed(std::string_view bytes) {
  Impl& my = *impl_;
  if (bytes.empty()) return {};
  my.any = true;
  if (!my.pending.empty()) {
    my.pending.append(bytes);
    bytes = my.pending;
  }
  auto used = my.parse(bytes);
  if (!used) return std::unexpected(std::move(used.error()));
  std::string rest(bytes.substr(*used));
  my.pending = std::move(rest);
  return {};
}

Status ResponseReader::end_of_stream() {
  Impl& my = *impl_;
  my.closed = true;
  if (my.complete) return {};
  const auto cut_short = [&] {
    return fail_retryable(ErrorCode::unavailable,
                          my.any ? fmt::format("the answer was cut short after {} bytes of its body",
                                               my.parser->response.body.size())
                                 : std::string("the connection was closed without an answer"));
  };
  if (!my.parser->is_header_done()) return cut_short();
  error_code ec;
  my.parser->put_eof(ec);
  if (my.parser->failure) return std::unexpected(*my.parser->failure);
  if (ec) return cut_short();
  my.complete = true;
  return {};
}

bool ResponseReader::started() const { return impl_->any; }
bool ResponseReader::head_done() const { return impl_->parser->is_header_done(); }
bool ResponseReader::done() const { return impl_->complete; }
bool ResponseReader::reusable() const {
  const Impl& my = *impl_;
  return my.complete && !my.closed && my.pending.empty() && my.parser->keep_alive() &&
         my.parser->response.status != 101;
}
Response ResponseReader::take() { return std::move(impl_->parser->response); }

}  // namespace forestall::http
