// SPDX-License-Identifier: Apache-2.0
#include "connectors/stock/csv/file_scan.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "config/base/text.hpp"

namespace forestall::stock_csv {
namespace {

constexpr std::size_t slice_bytes = std::size_t{64} << 10;
constexpr std::size_t longest_line = std::size_t{1} << 20;

char separator_char(config::Separator separator, std::string_view text) {
  switch (separator) {
    case config::Separator::comma:
      return ',';
    case config::Separator::semicolon:
      return ';';
    case config::Separator::tab:
      return '\t';
    case config::Separator::automatic:
      break;
  }
  return csv::detect_separator(text);
}

}  // namespace

Result<FileScan> FileScan::open(const std::filesystem::path& path, config::TextEncoding encoding,
                                config::Separator separator) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return fail_retryable(ErrorCode::io, fmt::format("cannot be opened: {}", std::strerror(errno)));
  FileScan scan;
  scan.fd_ = std::shared_ptr<const int>(new int(fd), [](const int* open_fd) {
    ::close(*open_fd);
    delete open_fd;
  });
  scan.separator_ = separator;
  return scan.again(encoding);
}

FileScan FileScan::again(config::TextEncoding encoding) const {
  FileScan scan;
  scan.fd_ = fd_;
  scan.separator_ = separator_;
  scan.automatic_ = encoding == config::TextEncoding::automatic;
  scan.encoding_ =
      encoding == config::TextEncoding::windows1252 ? csv::Encoding::windows1252 : csv::Encoding::utf8;
  return scan;
}

Result<Stamp> FileScan::stamp() const {
  struct stat status{};
  if (::fstat(*fd_, &status) != 0) return fail_retryable(ErrorCode::io, std::strerror(errno));
  const auto nanos = [](const timespec& t) { return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; };
  return Stamp{status.st_ino, static_cast<std::uint64_t>(status.st_size), nanos(status.st_mtim),
               nanos(status.st_ctim)};
}

FileScan::Step FileScan::stop(Error error) {
  error_ = std::move(error);
  return Step::failed;
}

FileScan::Step FileScan::next() {
  if (!reader_) return fill();
  switch (reader_->next()) {
    case csv::Reader::Step::row:
      return Step::row;
    case csv::Reader::Step::bad_row:
      error_ = reader_->error();
      return Step::bad_row;
    case csv::Reader::Step::more:
      return fill();
    case csv::Reader::Step::end:
      return Step::end;
    case csv::Reader::Step::failed:
      break;
  }
  return stop(reader_->error());
}

// Reads a slice and gives its whole lines to the reader.
FileScan::Step FileScan::fill() {
  raw_.erase(0, used_);
  used_ = 0;
  if (!at_end_) {
    const auto before = raw_.size();
    raw_.resize(before + slice_bytes);
    const auto got = ::pread(*fd_, raw_.data() + before, slice_bytes, static_cast<off_t>(offset_));
    raw_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return stop({ErrorCode::io, true, fmt::format("cannot be read: {}", std::strerror(errno))});
    offset_ += static_cast<std::uint64_t>(got);
    at_end_ = got == 0;
    if (got > 0) last_byte_ = raw_.back();
  }
  const auto line_end = raw_.rfind('\n');
  if (!at_end_ && line_end == std::string::npos) {
    if (raw_.size() > longest_line)
      return stop({ErrorCode::too_large, false,
                   fmt::format("line {}: more than {} bytes", lines_ + 1, longest_line)});
    return Step::slice;
  }
  used_ = at_end_ ? raw_.size() : line_end + 1;
  const auto piece = std::string_view(raw_).substr(0, used_);
  if (lines_ == 0 && piece.starts_with("\xEF\xBB\xBF")) automatic_ = false;
  auto text = csv::decode(piece, encoding_, lines_ + 1);
  if (!text) {
    not_utf8_ = automatic_;
    return stop(std::move(text.error()));
  }
  lines_ += static_cast<std::uint64_t>(std::ranges::count(piece, '\n'));
  text_ = std::move(*text);
  if (!reader_) reader_ = std::make_unique<csv::Reader>(separator_char(separator_, text_->view()));
  reader_->feed(text_->view());
  if (at_end_) reader_->finish();
  return Step::slice;
}

}  // namespace forestall::stock_csv
