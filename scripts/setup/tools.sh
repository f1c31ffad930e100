#!/bin/sh
# Installs the Debian packages that the tests and the demo use, where they are missing. Says nothing and takes
# no time when all are there.
set -eu

missing=

# need PACKAGE COMMAND...: PACKAGE is missing when the command fails.
need() {
  package=$1
  shift
  "$@" > /dev/null 2>&1 || missing="$missing $package"
}
# have PROGRAM: without the cost of starting it.
have() { command -v "$1"; }

# sbin is not in everybody's PATH, but `ip` lies there.
PATH=$PATH:/usr/sbin:/sbin

need apt-utils have apt-ftparchive
need aptly have aptly
need aria2 have aria2c
need chromium have chromium
need createrepo-c have createrepo_c
need curl have curl
need dnf have dnf
need dpkg-dev have dpkg-source
need faketime have faketime
need gcc have cc
need gpg have gpg
need gpgv have gpgv
need iproute2 have ip
need libc6-dev test -e /usr/include/stdio.h
need nginx-light have nginx
need python3-libtorrent /usr/bin/python3 -c 'import importlib.util as u, sys; sys.exit(u.find_spec("libtorrent") is None)'
need reprepro have reprepro
need rpm have rpmbuild
need rsync have rsync
need strace have strace
need systemd have systemd-analyze
need systemd-container have systemd-nspawn
need util-linux have setpriv
need wget have wget
need xz-utils have xz
need zchunk have zck
need zstd have zstd
# What only the benchmarks use.
if [ "${1:-}" = --bench ]; then
  need opentracker have opentracker
  need transmission-cli have transmission-remote
  need transmission-daemon have transmission-daemon
fi

# Only this program of the package prometheus, which would start a server.
cd "$(dirname "$0")/../.."
promtool=.cache/promtool
fetch_promtool() {
  (
    mkdir -p $promtool && cd $promtool && rm -f prometheus_*.deb &&
      apt-get -qq download prometheus &&
      dpkg-deb --fsys-tarfile prometheus_*.deb | tar -xO ./usr/bin/promtool > promtool.new &&
      chmod +x promtool.new && ./promtool.new --version && mv promtool.new promtool && rm -f prometheus_*.deb
  ) > /dev/null 2>&1
}
# Without it one test is skipped, unless CI=true.
need_promtool() {
  have promtool > /dev/null || [ -x $promtool/promtool ] || {
    echo "setup: fetching promtool of Debian's package prometheus" >&2
    fetch_promtool || echo 'setup: it cannot be had, the alert rules are not checked with it' >&2
  }
}

[ -n "$missing" ] || {
  need_promtool
  exit 0
}

give_up() {
  echo "setup: $1, and tests and benchmarks need these packages:$missing" >&2
  echo "setup: install them as root: apt-get update && apt-get install --no-install-recommends$missing" >&2
  exit 1
}

command -v apt-get > /dev/null || give_up 'this is not a Debian machine'
as_root=
if [ "$(id -u)" != 0 ]; then
  as_root='sudo -n'
  $as_root true 2> /dev/null || give_up 'this is not root, and sudo asks for a password'
fi

echo "setup: installing Debian packages:$missing" >&2
install() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update &&
    # shellcheck disable=SC2086 # a list of words is what it is
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing
}
log=$(mktemp)
if ! install > "$log" 2>&1; then
  tail -n 20 "$log" >&2
  rm -f "$log"
  give_up 'apt-get failed'
fi
rm -f "$log"
need_promtool
