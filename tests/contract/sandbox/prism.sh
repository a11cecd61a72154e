# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# For the tests of this folder: prism and the models, or a skip that names what is missing; a folder and children
# that are gone at the end; start_proxy. Expects $sandbox_program, and $sandbox by the first start_proxy.
models=${FORESTALL_AMAZON_MODELS:-../shared/specs/amazon}
prism=${FORESTALL_PRISM:-$(command -v prism || true)}

skip() { echo "skipped: $1"; exit 77; }
node=$(node --version 2>/dev/null || true)
[[ $node =~ ^v([0-9]+) && ${BASH_REMATCH[1]} -ge 20 ]] || skip "Node 20 or newer (found: ${node:-none})"
[[ -f $models/orders_2026-01-01.json ]] || skip "Amazon's models in $models (FORESTALL_AMAZON_MODELS)"
if [[ -z $prism ]]; then
  command -v npm >/dev/null || skip "no prism program and no npm to install it (FORESTALL_PRISM)"
  tree=$(dirname "$sandbox_program")/../npm
  mkdir -p "$tree"
  prism=$tree/node_modules/.bin/prism
  # Whole or not at all: an install that was interrupted leaves no program behind that starts.
  [[ -e $tree/prism-5.14.2 ]] || {
    npm install --no-audit --no-fund --ignore-scripts --prefix "$tree" @stoplight/prism-cli@5.14.2 >"$tree/install.log" 2>&1 ||
      skip "npm could not install @stoplight/prism-cli@5.14.2: $(tail -n 1 "$tree/install.log")"
    touch "$tree/prism-5.14.2"
  }
fi
[[ -x $prism ]] || skip "no prism program at $prism (FORESTALL_PRISM)"

folder=$(mktemp -d)
children=()
clean_up() {
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT

# wait_for FILE PATTERN: until the file shows it; fails after a minute.
wait_for() {
  for _ in $(seq 600); do
    grep -qE "$2" "$1" 2>/dev/null && return 0
    sleep 0.1
  done
  echo "not started within a minute:" >&2
  cat "$1" >&2
  return 1
}

free_port() { node -e 's=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }

proxy=
start_proxy() {
  local port
  port=$(free_port)
  "$prism" proxy --errors -h 127.0.0.1 -p "$port" "$models/$1" "$sandbox" >"$folder/$1.log" 2>&1 &
  children+=($!)
  wait_for "$folder/$1.log" 'listening on'
  proxy=http://127.0.0.1:$port
}
