// SPDX-License-Identifier: Apache-2.0
// What a connector is given when it is made.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "config/base/log.hpp"
#include "config/base/random.hpp"
#include "config/settings/values.hpp"
#include "connectors/http/client.hpp"
#include "connectors/http/url.hpp"

namespace forestall::ports {

// What accounts of one credential share: tokens, rate buckets, the ApiCaller. Each connector derives its own.
class Session {
 public:
  virtual ~Session() = default;
};

// The sessions in use, by credential; one goes when the last account that holds it does.
class Sessions {
 public:
  // `key`: the kind and the credential's name ("amazon/main"). conflict where another kind of session has it.
  template <class S>
  Result<std::shared_ptr<S>> find_or_make(const std::string& key,
                                          const std::function<Result<std::shared_ptr<S>>()>& make) {
    if (const auto there = sessions_[key].lock()) {
      if (auto same = std::dynamic_pointer_cast<S>(there)) return same;
      return fail(ErrorCode::conflict, "the credential \"" + key + "\" is used by another kind of account");
    }
    auto made = make();
    if (made) sessions_[key] = *made;
    return made;
  }

 private:
  std::map<std::string, std::weak_ptr<Session>> sessions_;
};

// All references outlive every connector.
struct Context {
  http::HttpClient& http;
  Clock& clock;
  Random& random;
  Logger log;
  Sessions& sessions;
  std::string ca_file{};  // PEM, for connectors that open connections of their own; empty: the system's
};

// A URL of the configuration, as requests want it. invalid_argument for other schemes than http and https.
Result<http::BaseUrl> base_url(const config::Url& url);

}  // namespace forestall::ports
