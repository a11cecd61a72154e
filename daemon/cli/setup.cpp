// SPDX-License-Identifier: Apache-2.0
// forestall setup: takes the credentials of an account, tests each permission, keeps them where only the
// daemon reads.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/base/text.hpp"
#include "config/settings/credential.hpp"
#include "config/settings/load.hpp"
#include "daemon/cli/ask_secret.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/visit.hpp"

namespace forestall::cli {
namespace {

namespace fs = std::filesystem;

std::string toml_text(std::string_view text) {  // as a TOML basic string
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// Whole or not at all, and never readable by others, not even for a moment.
Status write_file(const fs::path& path, std::string_view text, mode_t mode) {
  const auto hidden = path.parent_path() / ("." + path.filename().string() + ".new");
  ::unlink(hidden.c_str());
  const int fd = ::open(hidden.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  const auto failed = [&] {
    const int error = errno;
    if (fd >= 0) ::close(fd);
    ::unlink(hidden.c_str());
    return fail(ErrorCode::io, fmt::format("{}: {}", path.string(), std::strerror(error)));
  };
  if (fd < 0) return failed();
  for (auto rest = text; !rest.empty();) {
    const auto wrote = ::write(fd, rest.data(), rest.size());
    if (wrote < 0 && errno != EINTR) return failed();
    if (wrote > 0) rest.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (::fchmod(fd, mode) != 0 || ::fsync(fd) != 0) return failed();
  ::close(fd);
  if (::rename(hidden.c_str(), path.c_str()) != 0) return failed();
  return {};
}

class Setup {
 public:
  explicit Setup(Invocation& invocation) : in_(invocation), config_(invocation.global.config) {}
  Exit run();

 private:
  Exit refuse(Exit exit, std::string_view why) {
    in_.err += fmt::format("forestall: {}\n", why);
    return exit;
  }
  Result<std::string> plain(std::string_view option, std::string_view question) const;
  Result<Secret> secret(std::string_view name, std::string_view question);
  Status gather();
  bool tell(const std::vector<ports::DoctorFinding>& findings);
  Status keep(const std::string& name, const Secret& value);
  std::string section() const;
  Status append() const;
  fs::path secret_path(std::string_view name) const {
    return secrets_ / fmt::format("{}.{}", account_.id.str(), name);
  }

  Invocation& in_;
  fs::path config_;
  fs::path secrets_;
  config::DaemonSettings daemon_;
  config::AccountSettings account_;
  bool known_ = false;     // the configuration has the account already
  bool rejected_ = false;  // the credentials themselves
};

Result<std::string> Setup::plain(std::string_view option, std::string_view question) const {
  if (in_.has(option)) return std::string(in_.value(option));
  if (!somebody_is_there()) return fail(ErrorCode::invalid_argument, fmt::format("{} is needed", option));
  auto line = ask_line(fmt::format("{}: ", question));
  if (!line) return line;
  if (trim(*line).empty()) return fail(ErrorCode::invalid_argument, fmt::format("{} is needed", option));
  return std::string(trim(*line));
}

// What an earlier run kept is used again, so that setup goes on where it was interrupted.
Result<Secret> Setup::secret(std::string_view name, std::string_view question) {
  const auto path = secret_path(name);
  if (!in_.has("--replace") && fs::exists(path)) {
    in_.out += fmt::format("{}: kept from before (--replace to enter it again)\n", path.string());
    return config::read_secret_file(path);
  }
  auto entered = ask_secret(fmt::format("{} (is not shown): ", question));
  if (!entered) return entered;
  if (entered->empty()) return fail(ErrorCode::invalid_argument, fmt::format("{} is needed", question));
  return entered;
}

Status Setup::gather() {
  auto id = AccountId::parse(in_.value("account"));
  if (!id) return std::unexpected(id.error());
  account_.id = std::move(*id);
  account_.kind = in_.has("--kind") ? in_.value("--kind") : "amazon";
  account_.time_zone = TimeZone::utc();
  const auto settings = config::load(config_, {.read_secrets = false});
  if (settings) {
    daemon_ = settings->daemon;
    const auto found = std::ranges::find(settings->accounts, account_.id, &config::AccountSettings::id);
    if (found != settings->accounts.end()) {
      account_ = *found;
      known_ = true;
    }
  }
  secrets_ = in_.has("--secrets") ? fs::path(in_.value("--secrets"))
                                  : fs::absolute(config_).parent_path() / "secrets";
  if (!known_) {
    const auto seller = plain("--seller", "The id of the [[seller]]");
    if (!seller) return std::unexpected(seller.error());
    auto seller_id = SellerId::parse(*seller);
    if (!seller_id) return std::unexpected(seller_id.error());
    account_.seller = std::move(*seller_id);
    for (const auto& [option, question, into] :
         {std::tuple{"--marketplace", "Marketplace id, like ATVPDKIKX0DER", &account_.marketplace},
          std::tuple{"--merchant-id", "Merchant token of the seller, like A2XXXXXXXXXXXX",
                     &account_.merchant_id},
          std::tuple{"--client-id", "Client id of the application, like amzn1.application-oa2-client.…",
                     &account_.client_id}}) {
      const auto text = plain(option, question);
      if (!text) return std::unexpected(text.error());
      *into = *text;
    }
    for (const auto& [option, into] :
         {std::pair{"--base-url", &account_.base_url}, {"--token-url", &account_.token_url}}) {
      if (!in_.has(option)) continue;
      const auto url = config::parse_url(in_.value(option));
      if (!url) return fail_in(option, url.error());
      *into = *url;
    }
  }
  for (const auto& [name, question, into] :
       {std::tuple{"client_secret", "Client secret of the application", &account_.client_secret},
        std::tuple{"refresh_token", "Refresh token of the authorisation, like Atzr|…",
                   &account_.refresh_token}}) {
    auto value = secret(name, question);
    if (!value) return std::unexpected(value.error());
    into->value = std::move(*value);
  }
  return {};
}

// True where nothing is missing.
bool Setup::tell(const std::vector<ports::DoctorFinding>& findings) {
  std::vector<Row> rows;
  bool all = true;
  for (const auto& found : findings) {
    all = all && found.passed;
    rows.push_back(
        {{found.passed ? "ok" : "missing", found.passed ? Tone::good : Tone::bad},
         {found.passed || found.advice.empty() ? found.what
                                               : fmt::format("{} -> {}", found.what, found.advice)}});
  }
  in_.out += table(in_.terminal, {"VERDICT", "PERMISSION"}, rows);
  // Nobody can be known to the channel with these.
  rejected_ = findings.empty() || !findings.front().passed;
  return all;
}

Status Setup::keep(const std::string& name, const Secret& value) {
  std::error_code ec;
  fs::create_directories(secrets_, ec);
  if (ec) return fail(ErrorCode::io, fmt::format("{}: {}", secrets_.string(), ec.message()));
  fs::permissions(secrets_, fs::perms::owner_all, ec);
  const auto path = secret_path(name);
  if (auto ok = write_file(path, value.reveal(), 0600); !ok) return ok;
  in_.out += fmt::format("{}: kept, readable by its owner only\n", path.string());
  return {};
}

std::string Setup::section() const {
  std::string text =
      fmt::format("[[account]]\nid = {}\nseller = {}\nkind = {}\n", toml_text(account_.id.str()),
                  toml_text(account_.seller.str()), toml_text(account_.kind));
  const auto add = [&](std::string_view key, std::string_view value) {
    text += fmt::format("{} = {}\n", key, toml_text(value));
  };
  add("marketplace", account_.marketplace.value_or(""));
  add("merchant_id", account_.merchant_id.value_or(""));
  if (account_.base_url) add("base_url", to_string(*account_.base_url));
  if (account_.token_url) add("token_url", to_string(*account_.token_url));
  add("client_id", account_.client_id.value_or(""));
  add("client_secret_file", secret_path("client_secret").string());
  add("refresh_token_file", secret_path("refresh_token").string());
  return text;
}

// The whole file is checked as it would be before anything of it is replaced.
Status Setup::append() const {
  std::ifstream file(config_, std::ios::binary);
  std::ostringstream before;
  before << file.rdbuf();
  if (!file) return fail(ErrorCode::io, fmt::format("{}: cannot be read", config_.string()));
  auto text = before.str();
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  text += "\n" + section();
  const auto parsed = config::parse(text, config_, {.read_secrets = false});
  if (!parsed)
    return fail(ErrorCode::conflict, "with this section the configuration would be wrong: " +
                                         config::to_string(parsed.error().front()));
  struct stat status{};
  const mode_t mode = ::stat(config_.c_str(), &status) == 0 ? status.st_mode & 07777 : mode_t{0640};
  if (auto ok = write_file(config_, text, mode); !ok) return ok;
  // As root it would become root's.
  if (::chown(config_.c_str(), status.st_uid, status.st_gid) != 0 && ::geteuid() == 0)
    return fail(ErrorCode::io, fmt::format("{}: its owner could not be kept", config_.string()));
  return {};
}

Exit Setup::run() {
  if (auto ok = gather(); !ok) return refuse(Exit::usage, ok.error().detail);
  const auto findings = visit(account_, daemon_, in_.version);
  if (!findings) return refuse(Exit::refused, findings.error().detail);
  const bool all = tell(*findings);
  if (rejected_ && !in_.has("--keep-anyway"))
    return refuse(Exit::findings,
                  "the channel does not take these credentials; nothing was kept (--keep-anyway)");
  if (auto ok = keep("client_secret", account_.client_secret.value); !ok)
    return refuse(Exit::failed, ok.error().detail);
  if (auto ok = keep("refresh_token", account_.refresh_token.value); !ok)
    return refuse(Exit::failed, ok.error().detail);
  if (known_) {
    in_.out += fmt::format("{} has the account \"{}\" already.\n", config_.string(), account_.id.str());
  } else if (in_.has("--write")) {
    if (auto ok = append(); !ok) return refuse(Exit::refused, ok.error().detail);
    in_.out += fmt::format("{}: the account \"{}\" was added, in mode observe. Restart the daemon.\n",
                           config_.string(), account_.id.str());
  } else {
    in_.out += fmt::format("Add this to {} (--write does it):\n\n{}\n", config_.string(), section());
  }
  in_.out +=
      "The daemon must own these files; under systemd they can be encrypted instead:\n"
      "  systemd-creds encrypt --name=NAME FILE /etc/credstore.encrypted/NAME\n"
      "and be named in the section by client_secret_credential and refresh_token_credential.\n";
  return all ? Exit::ok : Exit::findings;
}

}  // namespace

Exit run_setup(Invocation& invocation) { return Setup(invocation).run(); }

}  // namespace forestall::cli
