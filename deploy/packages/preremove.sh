#!/bin/sh
# Stops the service when the package goes, not when it is upgraded. dpkg says
# "remove" then, rpm 0, apk the version.
set -e
case ${1:-} in
upgrade | 1) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then
  systemctl --no-reload disable --now hookline.service || true
fi
