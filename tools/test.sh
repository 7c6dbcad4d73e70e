#!/usr/bin/env bash
# Runs all tests; arguments go to `go test`. Some tests need more than Go: a part. Each is prepared here by a target of the
# Makefile. What cannot be prepared is left out, and the last line says so; with CI=true it is a failure.
# internal/testpart is the tests' side of this.
set -euo pipefail
cd "$(dirname "$0")/.."
unset MAKEFLAGS MAKELEVEL # the targets are made one after the other, each for itself

ready=
left_out=()

# part NAME TARGET COMMAND... prepares a part with a target that needs the commands.
part() {
  local name=$1 target=$2 command output
  shift 2
  for command in "$@"; do
    if ! command -v "$command" >/dev/null; then
      left_out+=("$name ($command is not installed)")
      return
    fi
  done
  if output=$(make --no-print-directory "$target" 2>&1 </dev/null); then
    ready+=" $name"
  else
    printf '%s\n' "$output" >&2
    left_out+=("$name (make $target failed)")
  fi
}

part javascript interop-javascript node npm
part python interop-python python3
part browser browser chromium node npm
part postgresql postgresql
part pgbouncer pgbouncer
part sqlite3 sqlite3 sqlite3
part curl curl bash curl
part promtool promtool promtool

# The race detector needs cgo and a C compiler that finds its headers; without them the tests run all the same.
can_race() {
  go list -race runtime && printf '#include <stdlib.h>\n' | $(go env CC) -E -x c -
}
race=-race
if ! can_race >/dev/null 2>&1; then
  race=
  left_out+=('the race detector (there is no C compiler that works with cgo)')
fi

failed=0
# A part that is ready must run: its tests fail where they would be skipped otherwise.
export HOOKLINE_TEST_PARTS="${ready# }"
(set -x && go test $race "$@" ./...) || failed=1

if ((${#left_out[@]})); then
  printf -v list '%s; ' "${left_out[@]}"
  printf 'make test: did not run: %s\n' "${list%; }"
  if [[ ${CI:-} == true ]]; then failed=1; fi
fi
exit "$failed"
