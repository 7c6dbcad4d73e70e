#!/bin/sh
# Makes the system user, and the encryption key where there is none yet. dpkg
# calls it with "configure", rpm with 1 or 2, apk with the version.
set -e

if ! getent passwd hookline >/dev/null 2>&1; then
  if [ "${1:-}" = configure ]; then
    adduser --system --group --home /var/lib/hookline --no-create-home --quiet hookline
  elif command -v useradd >/dev/null 2>&1; then
    useradd --system --user-group --home-dir /var/lib/hookline --no-create-home --shell /usr/sbin/nologin hookline
  else
    addgroup -S hookline
    adduser -S -D -H -h /var/lib/hookline -s /sbin/nologin -G hookline hookline
  fi
fi
[ -d /var/lib/hookline ] || install -d -o hookline -g hookline -m 0700 /var/lib/hookline
chgrp hookline /etc/hookline /etc/hookline/hookline.env
chmod 0750 /etc/hookline

# Only where there is no database either: a key that appears by itself beside
# old data would hide that the real one is lost.
if [ ! -e /etc/hookline/hookline.key ] && [ ! -e /var/lib/hookline/hookline.db ]; then
  hookline encryption-key create --encryption-key-file /etc/hookline/hookline.key >/dev/null
  chown hookline:hookline /etc/hookline/hookline.key
fi

if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  # An upgrade restarts what runs, with the new binary.
  systemctl try-restart hookline.service || true
fi
