// SPDX-License-Identifier: Apache-2.0
#include "tests/support/packed/packed_file.hpp"

#include <array>
#include <cstdio>
#include <memory>

namespace forestall::test {
namespace {

struct ClosePipe {
  void operator()(std::FILE* pipe) const { static_cast<void>(::pclose(pipe)); }
};

}  // namespace

Result<std::string> read_packed(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path))
    return fail(ErrorCode::not_found, path.string() + ": no such file");
  const std::string name = path.string();
  if (name.find('\'') != std::string::npos)
    return fail(ErrorCode::invalid_argument, name + ": a quote in the name");
  const char* tool = name.ends_with(".gz") ? "gzip -dc" : name.ends_with(".xz") ? "xz -dc" : "cat";
  std::FILE* raw = ::popen((std::string(tool) + " '" + name + "'").c_str(), "re");
  if (raw == nullptr) return fail(ErrorCode::io, name + ": cannot start " + tool);
  std::unique_ptr<std::FILE, ClosePipe> pipe(raw);
  std::string bytes;
  std::array<char, 65536> chunk{};
  while (const std::size_t n = std::fread(chunk.data(), 1, chunk.size(), pipe.get()))
    bytes.append(chunk.data(), n);
  if (::pclose(pipe.release()) != 0) return fail(ErrorCode::io, name + ": " + tool + " failed");
  return bytes;
}

}  // namespace forestall::test
