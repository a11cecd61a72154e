// SPDX-License-Identifier: Apache-2.0
// Runs one coroutine of a test to its end on an io_context.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

#include "tests/support/process/eventually.hpp"

namespace forestall::test {

// Turns the loop until `holds()`; throws after `patience`.
inline void run_until(boost::asio::io_context& io, const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the test waits in vain");
    io.restart();
    io.run_one_for(std::chrono::milliseconds(5));
  }
}

// The coroutine's result, or what it throws.
template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown, T value) {
    failure = thrown;
    result.emplace(std::move(value));
  });
  run_until(io, [&] { return result.has_value(); });
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace forestall::test
