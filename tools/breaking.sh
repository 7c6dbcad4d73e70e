#!/usr/bin/env bash
# Compares openapi.yaml with the one at BASE and fails when the change would break a client. Without BASE: the last tag,
# else origin/main, else main.
set -euo pipefail
cd "$(dirname "$0")/.."

default_base() {
  git describe --tags --abbrev=0 2>/dev/null && return
  local ref
  for ref in origin/main main; do
    if git rev-parse --quiet --verify "$ref^{commit}" >/dev/null; then
      echo "$ref"
      return
    fi
  done
}

base=${BASE:-$(default_base)}
if [[ -z $base ]]; then
  echo 'breaking: NOT COMPARED, there is no tag, no origin/main and no main with a commit yet'
  exit 0
fi
if ! commit=$(git rev-parse --quiet --verify "$base^{commit}"); then
  echo "breaking: no such commit: $base" >&2
  exit 2
fi
if ! git cat-file -e "$commit:openapi.yaml" 2>/dev/null; then
  echo "breaking: NOT COMPARED, $base (${commit:0:12}) has no openapi.yaml yet"
  exit 0
fi
echo "breaking: openapi.yaml against that of $base (${commit:0:12})"
if git diff --quiet "$commit" -- openapi.yaml; then
  echo 'breaking: it is the same file, so nothing can break; BASE=<commit> compares with another'
  exit 0
fi

old=$(mktemp)
trap 'rm -f "$old"' EXIT
git show "$commit:openapi.yaml" >"$old"
# Breaking changes that are meant, one a line with the reason, until the next tag: see CONTRIBUTING.md.
set --
if [[ -e tools/breaking-accepted.md ]]; then
  set -- --err-ignore tools/breaking-accepted.md
fi
bin/oasdiff breaking --fail-on ERR "$@" "$old" openapi.yaml
