#!/usr/bin/env bash
# Installs a release's binary for this machine at the path that is given, after
# its checksum was compared. action.yml uses it. VERSION is a release such as
# v0.1.0, a major version such as v0, or empty: the latest one that fits is taken.
set -euo pipefail

target=$1
repository=${REPOSITORY:-hookline-go/hookline}
version=${VERSION:-}

case $(uname -s) in
Linux) os=linux ;;
Darwin) os=darwin ;;
*) os=windows ;;
esac
case $(uname -m) in
x86_64 | amd64) arch=amd64 ;;
arm64 | aarch64) arch=arm64 ;;
*) echo "hookline has no release for $(uname -m)" >&2; exit 1 ;;
esac

if [[ ! $version =~ ^v[0-9]+\.[0-9]+\.[0-9]+ ]]; then
  prefix=v
  if [[ $version =~ ^v[0-9]+$ ]]; then prefix=$version.; fi
  version=$(gh release list --repo "$repository" --exclude-drafts --exclude-pre-releases --limit 100 --json tagName --jq '.[].tagName' |
    grep "^${prefix//./\\.}" | sort -V | tail -n 1)
  [[ -n $version ]] || { echo "$repository has no release $prefix…" >&2; exit 1; }
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
name=hookline_${version#v}_${os}_$arch
extension=tar.gz
if [[ $os == windows ]]; then extension=zip; fi
gh release download "$version" --repo "$repository" --dir "$folder" --pattern "$name.$extension" --pattern checksums.txt
cd "$folder"
grep " $name.$extension\$" checksums.txt | if command -v sha256sum >/dev/null; then sha256sum --check; else shasum -a 256 --check; fi
if [[ $extension == zip ]]; then unzip -q "$name.zip"; else tar -xzf "$name.tar.gz"; fi
binary=hookline
if [[ $os == windows ]]; then binary=hookline.exe; fi
mv "$binary" "$target"
