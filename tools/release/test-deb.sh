#!/usr/bin/env bash
# Follows docs/install.md with the Debian package of dist/ in a fresh root:
# installs it, starts the service as its unit does, sends the seed's request,
# upgrades, and purges. It needs root, and debootstrap, or installs that.
set -euo pipefail
cd "$(dirname "$0")/../.."

# The newest one, where several builds lie there.
package=$(ls -t dist/hookline_*_"$(dpkg --print-architecture)".deb | head -n 1)
if ! command -v debootstrap lintian rpmlint rpm >/dev/null; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends debootstrap lintian rpmlint rpm
fi
lintian --fail-on error,warning --tag-display-limit 0 --allow-root "$package"
rpmlint --config tools/release/rpmlint.toml "$(ls -t dist/hookline-*."$(uname -m)".rpm | head -n 1)"
systemd-analyze security --offline=true --threshold=20 deploy/systemd/hookline.service >/dev/null

root=$(mktemp -d)
chmod 755 "$root" # it is /, where the service's user must get through
service=
stop() {
  if [[ -n $service ]]; then kill "$service" 2>/dev/null && wait "$service" || true; fi
  service=
}
trap 'stop; rm -rf "$root"' EXIT
debootstrap --variant=minbase bookworm "$root" >"$root.log" 2>&1 || { tail "$root.log" >&2; exit 1; }
rm "$root.log"
cp "$package" "$root/hookline.deb"
inside() { chroot "$root" "$@"; }
fail() {
  echo "release-test: $1" >&2
  tail -n 20 "$root/var/log/hookline.log" >&2
  exit 1
}

# unit prints a setting of the service's unit.
unit() { sed -n "s/^$1=//p" "$root/usr/lib/systemd/system/hookline.service"; }

# start runs the unit's command as its user. systemd would hand over the key as a
# credential; here it is read where it lies.
start() {
  : >"$root/var/log/hookline.log"
  chroot "$root" chroot --userspec="$(unit User):$(unit Group)" / /usr/bin/env -i HOME=/var/lib/hookline \
    HOOKLINE_DATABASE=/var/lib/hookline/hookline.db HOOKLINE_ENCRYPTION_KEY_FILE=/etc/hookline/hookline.key \
    HOOKLINE_LISTEN=127.0.0.1:0 $(unit ExecStart) >"$root/var/log/hookline.log" 2>&1 &
  service=$!
  # Its first line names the port that it took.
  until address=$(grep --max-count=1 --only-matching 'http://127.0.0.1:[0-9]*' "$root/var/log/hookline.log"); do
    kill -0 "$service" 2>/dev/null || fail 'the service does not start'
    sleep 0.2
  done
  curl --silent --fail --retry 30 --retry-delay 1 --output /dev/null "$address/readyz" || fail 'the service is not ready'
}

create() {
  curl --silent --output /dev/null --write-out '%{http_code}' --url "$address"/v4/core/webhook-config \
    --header 'Content-Type: application/json' --header "api_key: $1" \
    --data '{"webhook_type":"CONNECTION_CHANGED","name":"Connection webhook","url":"https://example.com/webhooks/rootfi","state":"ENABLED"}'
}

echo '== install'
inside dpkg --install /hookline.deb
key=$(inside chroot --userspec=hookline:hookline / hookline keys create --database /var/lib/hookline/hookline.db \
  --encryption-key-file /etc/hookline/hookline.key --org 1 --name first --json | sed -n 's/.*"key": *"\([^"]*\)".*/\1/p')
[[ -n $key ]] || fail 'no key was made'
start
status=$(create "$key")
[[ $status == 201 ]] || fail "the seed's request is answered $status"
stop

echo '== upgrade'
before=$(sha256sum "$root/etc/hookline/hookline.key")
inside dpkg --install /hookline.deb
[[ $(sha256sum "$root/etc/hookline/hookline.key") == "$before" ]] || fail 'an upgrade changed the key'
start
[[ $(create "$key") == 201 ]] || fail 'after an upgrade the key is not known any more'
stop

echo '== purge'
inside dpkg --purge hookline
for left in /etc/hookline /var/lib/hookline /usr/bin/hookline; do
  [[ ! -e $root$left ]] || fail "a purge leaves $left"
done
inside getent passwd hookline && fail 'a purge leaves the user'
echo 'release-test: installed, upgraded and purged'
