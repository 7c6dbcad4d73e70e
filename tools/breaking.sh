#!/usr/bin/env bash
# Compares openapi.yaml with the contract of the last release, of which api/openapi.released.yaml is a copy, and fails
# when the change would break callers or receivers. BASE=<commit> compares with that commit's instead, without accepted
# changes. With the argument "record", on a release, the copy is made anew and the accepted changes are forgotten.
set -euo pipefail
cd "$(dirname "$0")/.."

released=api/openapi.released.yaml
accepted=tools/breaking-accepted.yaml

if [[ ${1:-} == record ]]; then
  cp openapi.yaml "$released"
  sed -i.old '/^[^#]/d' "$accepted" && rm "$accepted.old"
  echo "breaking: recorded openapi.yaml as $released"
  exit 0
fi

go -C tools build -o ../bin/breaking ./breaking
if [[ -z ${BASE:-} ]]; then
  # A comparison with nothing finds nothing: without the copy, this fails.
  [[ -s $released ]] || { echo "breaking: $released is missing; tools/breaking.sh record makes it" >&2; exit 2; }
  echo "breaking: openapi.yaml against $released"
  exec bin/breaking -accepted "$accepted" "$released" openapi.yaml
fi
commit=$(git rev-parse --quiet --verify "$BASE^{commit}") || { echo "breaking: no such commit: $BASE" >&2; exit 2; }
old=$(mktemp)
trap 'rm -f "$old"' EXIT
git show "$commit:openapi.yaml" >"$old"
echo "breaking: openapi.yaml against that of $BASE (${commit:0:12})"
bin/breaking "$old" openapi.yaml
