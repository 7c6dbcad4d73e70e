#!/usr/bin/env bash
# Sees to it that tests find a PgBouncer (internal/store/postgrestest). Where there is none, it installs Debian's package if
# it may.
set -euo pipefail
cd "$(dirname "$0")/.."

found() {
  # As if nobody relied on it, so that its absence is a skip and not a failure.
  CI='' HOOKLINE_TEST_PARTS='' go test -count 1 -v -run '^TestPooled$' ./internal/store/postgrestest >"$output" 2>&1 || true
  grep -q '^--- PASS: TestPooled' "$output"
}

output=$(mktemp)
trap 'rm -f "$output"' EXIT
if found; then exit 0; fi
if grep -q '^--- SKIP: TestPooled' "$output" && [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
  # The package would start a pooler of its own, which nobody needs here.
  export RUNLEVEL=1
  apt-get update -qq && apt-get install -y -qq --no-install-recommends pgbouncer
  if found; then exit 0; fi
fi
cat "$output" >&2
exit 1
