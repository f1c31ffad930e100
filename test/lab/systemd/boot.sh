#!/bin/sh
# boot.sh LAB CHECKOUT: boots a copy of this machine's root that nobody else sees, with systemd as PID 1 and a network of
# its own, and runs LAB/story.sh there; ends when that has ended. For root, in a mount namespace of its own.
set -eu
lab=$1 checkout=$2 machine=repocast-lab-$$
layers=$lab/layers root=$lab/root
mkdir "$layers" "$root"
mount -t tmpfs -o size=512m repocast-lab "$layers"
mkdir "$layers/upper" "$layers/work"
mount -t overlay repocast-lab -o "lowerdir=/,upperdir=$layers/upper,workdir=$layers/work" "$root"
: > "$root/etc/machine-id"
# Only what the story starts: not the services of this machine.
cat > "$root/etc/systemd/system/story.service" <<'UNIT'
[Unit]
After=basic.target
Requires=basic.target
[Service]
Type=oneshot
ExecStart=/bin/sh /lab/story.sh
StandardOutput=file:/lab/story.log
StandardError=inherit
TimeoutStartSec=150
ExecStopPost=/usr/bin/systemctl --no-block exit
UNIT
cp "$checkout"/deploy/systemd/*.service "$root/etc/systemd/system/"
cp "$checkout/deploy/systemd/repocast.sysusers" "$root/usr/lib/sysusers.d/repocast.conf"
cp "$checkout/deploy/systemd/repocast.tmpfiles" "$root/usr/lib/tmpfiles.d/repocast.conf"
ln -sf /opt/repocast/packages/cli/bin/repocast "$root/usr/bin/repocast"
# Where systemd runs this machine, it gives the container a scope.
[ -d /run/systemd/system ] || set -- --keep-unit
[ "${1:-}" = --keep-unit ] || set --
systemd-nspawn --quiet --directory="$root" --machine="$machine" --register=no "$@" --private-network \
  --bind-ro="$checkout:/opt/repocast" --bind="$lab/shared:/lab" --console=read-only --boot systemd.unit=story.service
# Where /run is no tmpfs, it leaves this.
rmdir "/run/systemd/nspawn/propagate/$machine" 2> /dev/null || true
