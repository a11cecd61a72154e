// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/daemon_config.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <random>

#include "tests/sandbox/carrier/easypost.hpp"

namespace forestall::sandbox {

namespace {

// A TOML basic string.
std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

Status put(const std::filesystem::path& file, std::string_view text) {
  std::error_code ignored;
  std::filesystem::remove(file, ignored);  // an old one may be readable by others
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return fail(ErrorCode::io, fmt::format("{}: cannot be written", file.string()));
  const auto written = write(fd, text.data(), text.size());
  const bool whole = close(fd) == 0 && written == static_cast<ssize_t>(text.size());
  if (!whole) return fail(ErrorCode::io, fmt::format("{}: cannot be written", file.string()));
  return {};
}

std::string parcels_config(const DaemonConfig& wanted) {
  return fmt::format(
      "\n[[carrier]]\nid = \"parcels\"\nkind = \"easypost\"\nbase_url = {}\n"
      "token_file = \"./easypost\"\nwebhook_secret_file = \"./easypost-webhook\"\npoll = \"2h\"\n",
      toml_text(wanted.base_url + "/easypost/v2"));
}

std::string random_token() {
  std::random_device device;
  std::string token;
  for (int i = 0; i < 4; ++i) token += fmt::format("{:08x}", device());
  return token;
}

}  // namespace

std::string daemon_config(const Market& market, const DaemonConfig& wanted) {
  std::string text = fmt::format(
      "# SPDX-License-Identifier: Apache-2.0\n"
      "# Written by forestall-sandbox for a trial. Every key is explained in config/forestall.toml.\n\n"
      "[daemon]\nstate_dir = \"state\"\n\n"
      "[api]\nlisten = \"127.0.0.1:{}\"\ntoken_file = \"./api-token\"\n\n"
      "[[seller]]\nid = \"acme\"\nname = \"Acme Trial\"\ntime_zone = \"UTC\"\ncurrency = \"USD\"\n",
      wanted.api_port);
  for (const Account& account : market.accounts())
    text += fmt::format(
        "\n[[account]]\nid = {0}\nseller = \"acme\"\nkind = \"amazon\"\nmarketplace = {1}\nmerchant_id = "
        "{2}\n"
        "mode = {3}\nbase_url = {4}\ntoken_url = {5}\nclient_id = {6}\nclient_secret_file = "
        "\"./{7}.client\"\n"
        "refresh_token_file = \"./{7}.refresh\"\ncurrency = {8}\nbackfill = \"30d\"\n"
        "# A trial begins with every listing at the whole stock: the first round changes nearly all of "
        "them.\n"
        "breaker.listings = 1000000\nbreaker.share = 1.0\nbreaker.units = 1000000000\nbreaker.canary = 0\n",
        toml_text(account.name), toml_text(account.marketplace), toml_text(account.seller),
        toml_text(wanted.mode), toml_text(wanted.base_url), toml_text(wanted.base_url + "/auth/o2/token"),
        toml_text(account.client), account.name, toml_text(account.currency));
  if (!wanted.warehouse.empty())
    text += fmt::format(
        "\n[[stock]]\nid = \"warehouse\"\nseller = \"acme\"\nkind = \"csv\"\npath = {}\nlocation = \"main\"\n"
        "deducts_at = \"pick\"\n",
        toml_text(std::filesystem::absolute(wanted.warehouse).string()));
  return text + parcels_config(wanted);
}

Status write_daemon_config(const Market& market, const DaemonConfig& wanted,
                           const std::filesystem::path& folder) {
  for (const Account& account : market.accounts()) {
    if (auto ok = put(folder / (account.name + ".client"), account.secret); !ok) return ok;
    if (auto ok = put(folder / (account.name + ".refresh"), account.refresh_token); !ok) return ok;
  }
  if (auto ok = put(folder / "easypost", easypost_key); !ok) return ok;
  if (auto ok = put(folder / "easypost-webhook", easypost_webhook_secret); !ok) return ok;
  if (auto ok = put(folder / "api-token", random_token()); !ok) return ok;
  return put(folder / "forestall.toml", daemon_config(market, wanted));
}

}  // namespace forestall::sandbox
