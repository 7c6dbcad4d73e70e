#!/usr/bin/env bash
# Fails when the exported API of a package is not what api/ says. Arguments go to the command, such as -update.
set -euo pipefail
cd "$(dirname "$0")/.."

# The packages that users import.
packages=(. client compat/echomiddleware compat/nethttpmiddleware contract gen gen/serverapi hooklinetest receiver server)

go -C tools build -o ../bin/api ./api
bin/api "$@" "${packages[@]}"
