#!/usr/bin/env bash
# Fails when generated code, go.mod or go.sum is not what the sources say, or when go vet finds something. The code is
# generated in a copy, so that the work tree stays as it is.
set -euo pipefail
cd "$(dirname "$0")/.."

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failed=0

# Everything that git tracks or would add, less what the work tree no longer has.
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
  if [[ -e $file ]]; then printf '%s\0' "$file"; fi
done >"$copy/files"
mkdir "$copy/before"
tar -cf - --null -T "$copy/files" | tar -xf - -C "$copy/before"
cp -Rp "$copy/before" "$copy/after"

echo '== go generate ./...'
# Generated files go first: one that nothing generates any more is then a difference too.
grep -rlE --include='*.go' '^// Code generated .* DO NOT EDIT\.$' "$copy/after" | xargs -r rm
(cd "$copy/after" && go generate ./...)
if ! (cd "$copy" && diff -ruN before after); then
  echo 'verify: generated code differs from what openapi.yaml gives: run make generate and commit the result' >&2
  failed=1
fi
untracked=$(git ls-files --others -- gen)
if [[ -n $untracked ]]; then
  printf 'verify: files in gen/ that git does not track:\n%s\n' "$untracked" >&2
  failed=1
fi

for module in . tools benchmarks; do
  echo "== go mod tidy -diff ($module)"
  if ! go -C "$module" mod tidy -diff; then
    echo "verify: go.mod or go.sum in $module is not tidy: run go mod tidy there" >&2
    failed=1
  fi
done

echo '== go vet ./...'
go vet ./... || failed=1
go -C benchmarks vet ./... || failed=1
exit "$failed"
