// SPDX-License-Identifier: Apache-2.0
#include "config/settings/load.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "config/settings/check.hpp"
#include "config/settings/credential.hpp"
#include "config/settings/document.hpp"
#include "config/settings/reader.hpp"
#include "config/settings/report.hpp"

namespace forestall::config {

std::expected<Settings, Problems> parse(std::string_view text, const std::filesystem::path& file,
                                        const LoadOptions& options) {
  const auto document = parse_document(text, file.string());
  if (!document.usable) return std::unexpected(document.problems);
  Report report(file.string(), file.parent_path());
  report.add_all(document.problems);
  auto settings = read_document(document.root, report);
  complete(settings);
  check(settings, document.root, options.kinds, report);
  if (options.read_secrets) read_secrets(settings, document.root, options.credentials_directory, report);
  if (!report.clean()) return std::unexpected(report.take());
  return settings;
}

std::expected<Settings, Problems> load(const std::filesystem::path& file, const LoadOptions& options) {
  const auto refuse = [&](std::string_view found) {
    return std::unexpected(Problems{{file.string(), {}, "", "a readable file", std::string(found), ""}});
  };
  struct Close {
    void operator()(std::FILE* stream) const { std::fclose(stream); }
  };
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) return refuse("a folder");
  const std::unique_ptr<std::FILE, Close> stream(std::fopen(file.c_str(), "rbe"));
  if (!stream) return refuse(std::strerror(errno));
  // Who can write here chooses where our credentials are sent.
  struct stat status{};
  if (::fstat(::fileno(stream.get()), &status) == 0 && (status.st_mode & S_IWOTH) != 0)
    return refuse(fmt::format("mode {:04o}: everybody can write to it; chmod o-w", status.st_mode & 07777U));
  std::string text;
  std::string block(std::size_t{64} << 10, '\0');
  while (text.size() <= max_file_bytes) {
    const auto got = std::fread(block.data(), 1, block.size(), stream.get());
    text.append(block, 0, got);
    if (got < block.size()) break;
  }
  if (std::ferror(stream.get()) != 0) return refuse(std::strerror(errno));
  auto absolute = std::filesystem::absolute(file, error);
  if (error) return refuse(error.message());
  return parse(text, absolute, options);
}

}  // namespace forestall::config
