// SPDX-License-Identifier: Apache-2.0
// EasyPost's webhook signature: X-Hmac-Signature: hmac-sha256-hex=<HMAC-SHA256 of the raw body>, keyed with
// the secret in Unicode's decomposed form (NFKD).
#pragma once

#include <string>
#include <string_view>

namespace forestall::carriers::easypost {

// Lower-case hexadecimal HMAC-SHA256 (RFC 2104).
std::string hmac_sha256_hex(std::string_view key, std::string_view message);

// Letters of Latin-1 Supplement and Latin Extended-A with one accent come apart as NFKD has it ("é" becomes
// "e" and U+0301); every other text stays as it is. Enough for what people type as secrets; for anything else
// use ASCII.
std::string decompose(std::string_view utf8);

// Compares in time that does not depend on where the signatures differ.
bool signature_holds(std::string_view secret, std::string_view body, std::string_view header);

}  // namespace forestall::carriers::easypost
