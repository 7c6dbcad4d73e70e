#!/usr/bin/env bash
# Measures the way of an event from the publish to the receiver: saturated, at 100 events a second, and beside a backlog for
# an endpoint that never answers. The service has a process of its own. SQLite is measured always, and PostgreSQL if DATABASE
# names a database that may be written to; its encryption key is in BENCH_KEY, a file that is made if it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
go build -trimpath -o "$folder/hookline" ./cmd/hookline

measure() {
	for flags in "" "--rate 100" "--rate 50 --dead-backlog 2000"; do
		echo "== $1: hookline bench --split $flags"
		# shellcheck disable=SC2086 # flags are words
		"$folder/hookline" bench --split $flags "${@:2}"
	done
}

measure SQLite
if [[ -n ${DATABASE:-} ]]; then
	key=${BENCH_KEY:-$folder/hookline.key}
	[[ -e $key ]] || "$folder/hookline" encryption-key create --encryption-key-file "$key" >/dev/null
	measure PostgreSQL --database "$DATABASE" --encryption-key-file "$key"
fi
