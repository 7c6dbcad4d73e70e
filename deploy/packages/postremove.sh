#!/bin/sh
# A purge removes the key, the data and the user. Everything else leaves them.
set -e
if [ "${1:-}" = purge ]; then
  rm -rf /etc/hookline /var/lib/hookline
  if getent passwd hookline >/dev/null 2>&1; then userdel hookline; fi
fi
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
