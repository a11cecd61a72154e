// SPDX-License-Identifier: Apache-2.0
#include "connectors/stock/csv/watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace forestall::stock_csv {

RenameWatch::RenameWatch(const std::filesystem::path& folder)
    : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (fd_ < 0) return;
  constexpr auto events = IN_MOVED_TO | IN_MOVED_FROM | IN_MODIFY | IN_CREATE | IN_DELETE | IN_ONLYDIR;
  if (::inotify_add_watch(fd_, folder.c_str(), events) < 0) give_up();
}

RenameWatch::~RenameWatch() { give_up(); }

void RenameWatch::give_up() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  whole_.clear();
}

void RenameWatch::look() {
  alignas(inotify_event) std::array<char, 16384> buffer{};
  while (fd_ >= 0) {
    const auto got = ::read(fd_, buffer.data(), buffer.size());
    if (got <= 0) return;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const std::string name(buffer.data() + at + sizeof event,
                             ::strnlen(buffer.data() + at + sizeof event, event.len));
      at += sizeof event + event.len;
      if ((event.mask & IN_IGNORED) != 0) return give_up();  // the folder itself is gone
      if ((event.mask & IN_Q_OVERFLOW) != 0)
        whole_.clear();
      else if ((event.mask & IN_MOVED_TO) != 0)
        whole_.insert(name);
      else
        whole_.erase(name);
    }
  }
}

}  // namespace forestall::stock_csv
