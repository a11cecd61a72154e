// SPDX-License-Identifier: Apache-2.0
// Any bytes as replies of a mail server: whole or in pieces they read the same, and the dialogue takes them
// all.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/notify/smtp/dialogue.hpp"
#include "connectors/notify/smtp/reply.hpp"

namespace {

using namespace forestall::notify::smtp;

std::vector<Reply> read(std::string_view bytes, std::size_t piece, bool& broken) {
  ReplyReader reader;
  std::vector<Reply> replies;
  for (std::size_t at = 0; at < bytes.size() && !broken; at += piece) {
    broken = !reader.feed(bytes.substr(at, piece));
    while (auto one = reader.next()) replies.push_back(std::move(*one));
  }
  return replies;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  bool pieces_broken = false, whole_broken = false;
  const auto pieces = read(bytes, 1 + data[0] % 16, pieces_broken);
  const auto whole = read(bytes, std::max<std::size_t>(bytes.size(), 1), whole_broken);
  // What nobody takes in time is refused: only then may the whole hold less.
  if (pieces_broken == whole_broken && !std::ranges::equal(pieces, whole, [](const Reply& a, const Reply& b) {
        return a.to_string() == b.to_string();
      }))
    std::abort();
  Dialogue dialogue({.start_tls = (data[0] & 1) != 0,
                     .login = {(data[0] & 2) != 0 ? "me" : "", forestall::Secret("hush")},
                     .from = "f@x",
                     .to = {"a@x", "b@x"},
                     .mail = "x\r\n"});
  auto step = dialogue.begin();
  for (const auto& reply : pieces) {
    if (step.what == Step::Do::start_tls) step = dialogue.on_tls();
    if (step.what == Step::Do::write_mail) dialogue.commit();
    if (step.what == Step::Do::finish) break;
    step = dialogue.on_reply(reply);
    if (step.result.detail.find("hush") != std::string::npos) std::abort();
  }
  return 0;
}
