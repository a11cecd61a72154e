// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/guarded.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

namespace forestall::polling {

boost::asio::awaitable<Status> guarded(boost::asio::awaitable<Status> round) {
  try {
    co_return co_await std::move(round);
  } catch (const boost::system::system_error& e) {
    if (e.code() == boost::asio::error::operation_aborted) throw;
    co_return fail(ErrorCode::internal, e.what());
  } catch (const std::exception& e) {
    co_return fail(ErrorCode::internal, e.what());
  }
}

}  // namespace forestall::polling
