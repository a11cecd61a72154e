// SPDX-License-Identifier: Apache-2.0
// The one unit in which Asio, its TLS streams and Beast are compiled.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
