// SPDX-License-Identifier: Apache-2.0
// Text as mail carries it: base64, quoted-printable, encoded words. Pure.
#pragma once

#include <string>
#include <string_view>

namespace forestall::notify::smtp {

std::string base64(std::string_view bytes);

// RFC 2045 6.7, of text whose lines end with '\n': lines of at most 76 characters that end with CRLF.
std::string quoted_printable(std::string_view text);

// A header's unstructured value (RFC 5322, RFC 2047): control characters become spaces, so nothing can begin
// another header; what is not ASCII becomes encoded words of at most 75 characters; long values are folded.
// `used`: characters of the name before it.
std::string header_text(std::string_view text, std::size_t used);

std::string escape_html(std::string_view text);

}  // namespace forestall::notify::smtp
