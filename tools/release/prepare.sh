#!/usr/bin/env bash
# prepare.sh VERSION makes the parts of a release that are not binaries, in build/release: licences,
# completions, the manual page, and the texts that Debian's packages have.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=build/release
rm -rf "$out"
mkdir -p "$out"/{completions,man}

go -C tools build -o ../bin/licenses ./licenses
bin/licenses ./cmd/hookline >"$out/THIRD_PARTY_LICENSES"

go build -o bin/hookline-release ./cmd/hookline
for shell in bash zsh fish; do
  bin/hookline-release completion "$shell" >"$out/completions/hookline.$shell"
done
bin/hookline-release __docs man | gzip --best --no-name >"$out/man/hookline.1.gz"
rm bin/hookline-release

seconds=$(git log -1 --format=%ct)
version=${1:-0.0.0}
author='the hookline authors <maintainers@hookline.example>'
printf 'hookline (%s) unstable; urgency=medium\n\n  * https://github.com/hookline-go/hookline/blob/main/CHANGELOG.md\n\n -- %s  %s\n' \
  "${version/-/\~}" "$author" "$(date --utc --rfc-email --date="@$seconds")" | gzip --best --no-name >"$out/changelog.gz"
cat >"$out/copyright" <<EOF
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: hookline
Source: https://github.com/hookline-go/hookline

Files: *
Copyright: $(date --utc --date="@$seconds" +%Y) $author
License: Apache-2.0
 On Debian systems, the full text of the Apache License, version 2.0, is in
 /usr/share/common-licenses/Apache-2.0. The licences of the modules that the
 program links are in /usr/share/doc/hookline/THIRD_PARTY_LICENSES.
EOF

# Times are the commit's, so that two builds of it are equal.
find "$out" -exec touch --no-dereference --date="@$seconds" {} +
