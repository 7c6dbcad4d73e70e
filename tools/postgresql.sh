#!/usr/bin/env bash
# Sees to it that tests find a PostgreSQL: the server that HOOKLINE_TEST_POSTGRES_URL names, or binaries to start one from
# (internal/store/postgrestest). Where there is neither, it installs Debian's package if it may.
set -euo pipefail
cd "$(dirname "$0")/.."

found() {
  # As if nobody relied on it, so that its absence is a skip and not a failure.
  CI='' HOOKLINE_TEST_PARTS='' go test -count 1 -v -run '^TestURL$' ./internal/store/postgrestest >"$output" 2>&1 || true
  grep -q '^--- PASS: TestURL' "$output"
}

output=$(mktemp)
trap 'rm -f "$output"' EXIT
if found; then exit 0; fi
if grep -q '^--- SKIP: TestURL' "$output" && [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
  # The package would start a server of its own, which nobody needs here.
  mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql
  if found; then exit 0; fi
fi
cat "$output" >&2
exit 1
