// SPDX-License-Identifier: Apache-2.0
#include "config/settings/credential.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "config/settings/reader.hpp"
#include "config/settings/schema.hpp"

namespace forestall::config {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// Checks and reads through one descriptor, so that the file checked is the file read.
Result<Secret> read_checked(const std::filesystem::path& path, mode_t forbidden) {
  // O_NONBLOCK: a FIFO must not hang the start.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return fail(ErrorCode::io, std::strerror(errno));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail(ErrorCode::io, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::forbidden, "not a regular file");
  if (status.st_uid != ::geteuid() && status.st_uid != 0)
    return fail(ErrorCode::forbidden, fmt::format("a file of user {}, not of ours or root's", status.st_uid));
  if ((status.st_mode & forbidden) != 0)
    return fail(ErrorCode::forbidden,
                fmt::format("mode {:04o}: others than its owner can read or write it; chmod 600",
                            status.st_mode & 07777U));
  std::string text(max_secret_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::io, std::strerror(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  const bool too_large = size > max_secret_bytes;
  while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r')) --size;
  std::string value = text.substr(0, size);
  explicit_bzero(text.data(), text.size());
  Secret secret(std::move(value));
  if (too_large) return fail(ErrorCode::too_large, fmt::format("more than {} bytes", max_secret_bytes));
  if (secret.empty()) return fail(ErrorCode::invalid_argument, "empty");
  if (secret.reveal().find('\0') != std::string_view::npos) return fail(ErrorCode::parse, "a NUL byte in it");
  return secret;
}

}  // namespace

Result<Secret> read_secret_file(const std::filesystem::path& path) { return read_checked(path, 077); }

Result<Secret> read_systemd_credential(const std::filesystem::path& directory, std::string_view name) {
  if (directory.empty())
    return fail(ErrorCode::not_found,
                "no credentials were passed (LoadCredential= in the unit, "
                "$CREDENTIALS_DIRECTORY)");
  return read_checked(directory / name, 037);
}

void read_secrets(Settings& settings, const Node& root, const std::filesystem::path& directory,
                  Report& report) {
  for (const auto& section : sections()) {
    const Node* table = root.find(section.name);
    if (table == nullptr) continue;
    for (std::size_t i = 0; i < section.count(settings); ++i) {
      const Node& row_node = section.many ? table->items[i] : *table;
      void* row = section.mutable_row(settings, i);
      for (const auto& field : section.fields) {
        if (!field.secret || !field.credential(row).given()) continue;
        Credential& credential = field.credential(row);
        const bool file = credential.from == Credential::From::file;
        auto value =
            file ? read_secret_file(credential.name) : read_systemd_credential(directory, credential.name);
        if (value) {
          credential.value = std::move(*value);
          continue;
        }
        const std::string key = field.key + (file ? "_file" : "_credential");
        const Node* node = row_node.find(key);
        report.add(
            node == nullptr ? row_node.place : node->place,
            fmt::format("{}.{}", row_name(section.name, section.many, row_node, i), key),
            file ? "a file with the secret that only its owner can read" : "a credential with the secret",
            fmt::format("\"{}\": {}", credential.name, value.error().detail));
      }
    }
  }
}

}  // namespace forestall::config
