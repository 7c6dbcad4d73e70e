#!/usr/bin/env bash
# Makes dist/image, an OCI image layout, of the Linux binaries that goreleaser
# has built.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(sed -n 's/.*"version":"\([^"]*\)".*/\1/p' dist/metadata.json)
binaries=()
for path in dist/hookline_linux_*/hookline; do
  arch=${path#dist/hookline_linux_}
  binaries+=("${arch%%_*}=$path")
done
rm -rf dist/image
bin/image "$version" "$(git log -1 --format=%ct)" dist/image "${binaries[@]}"
echo "dist/image: ${binaries[*]%%=*}"
