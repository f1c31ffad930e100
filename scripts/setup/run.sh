#!/bin/sh
# Sets the checkout up (Node, packages, build; with --with-tools also Debian's tools), then runs the rest
# of the command line. Each step is skipped when it is done already, so that a second run starts at once.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD

tools=no
if [ "${1:-}" = --with-tools ]; then
  tools=yes
  shift
fi

# From these on node:http knows proxies.
new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 24 || (a === 24 && b >= 5) || (a === 22 && b >= 21) ? 0 : 1)' 2>/dev/null
}

# A directory is up to date when its stamp holds the checksum of the lock file that it was installed from.
up_to_date() { [ -f "$2" ] && [ "$(cksum < "$1")" = "$(cat "$2")" ]; }

if [ -z "${REPOCAST_NODE:-}" ] && ! new_enough node; then
  if ! up_to_date scripts/setup/node/package-lock.json scripts/setup/node/node_modules/.stamp; then
    echo "setup: this machine's Node is older than 22.21 or 24.5, fetching Node 24 from the npm registry" >&2
    (cd scripts/setup/node && npm ci --silent --no-audit --no-fund --ignore-scripts >&2)
    cksum < scripts/setup/node/package-lock.json > scripts/setup/node/node_modules/.stamp
  fi
  for node in "$root"/scripts/setup/node/node_modules/node-linux-*/bin; do PATH=$node:$PATH; done
  export PATH
fi

if ! up_to_date package-lock.json node_modules/.stamp; then
  echo 'setup: installing packages' >&2
  # Not `npm ci`: it refuses a lock file without the platform packages that a registry does not offer.
  npm install --no-save --silent --no-audit --no-fund >&2
  cksum < package-lock.json > node_modules/.stamp
fi

node_modules/.bin/tsc -b >&2

# The dashboard is up to date when its stamp holds the checksum of its sources.
dashboard=packages/dashboard
dashboard_sources() { find $dashboard/src $dashboard/*.html $dashboard/vite.config.ts -type f | LC_ALL=C sort | xargs cat | cksum; }
if [ "$(dashboard_sources)" != "$(cat $dashboard/dist/.stamp 2> /dev/null)" ]; then
  node_modules/.bin/vite build $dashboard >&2
  dashboard_sources > $dashboard/dist/.stamp
fi

# So is the bundle when nothing that it was made from is newer.
bundle=packages/cli/bundle/main.js
if [ ! -f $bundle ] || [ -n "$(find packages/*/dist/.tsbuildinfo node_modules/.stamp scripts/setup/bundle.ts -newer $bundle)" ]; then
  node scripts/setup/bundle.ts >&2
fi

[ "$tools" = no ] || sh scripts/setup/tools.sh

exec "$@"
