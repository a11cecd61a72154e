// SPDX-License-Identifier: Apache-2.0
// What is posted to a webhook, and its signature. Pure.
#pragma once

#include <string>
#include <string_view>

#include "config/base/secret.hpp"
#include "connectors/ports/notifier.hpp"

namespace forestall::notify::webhook {

// JSON, version 1; its members are described in connectors/notify/README.md.
std::string body_of(const ports::Notice& notice);

// "t=1764000000,v1=<hex>": HMAC-SHA256 over "1764000000." and the body. Whoever checks it also checks that
// the time is a recent one, so that a message cannot be played back later.
std::string signature_of(const Secret& secret, Instant now, std::string_view body);

}  // namespace forestall::notify::webhook
