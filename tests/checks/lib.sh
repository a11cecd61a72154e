# SPDX-License-Identifier: Apache-2.0
# Shared by the source checks: the list of files, and failing with a list.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# files PATTERN...: tracked files and new ones that are not ignored; outside a checkout, every file.
files() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard -- "$@" | while read -r f; do [ -f "$f" ] && echo "$f"; done
  else
    local pattern
    for pattern in "$@"; do find . -path './build*' -prune -o -name "${pattern##*/}" -type f -print | sed 's#^\./##'; done
  fi
}

# report TITLE TEXT: fails when there is any text.
report() {
  [ -z "$2" ] && return 0
  printf '%s\n%s\n' "$1" "$2" >&2
  exit 1
}
