#!/bin/sh
# What `npm run bench` runs after the set-up: peers and tools to compare with, then the benchmark that is named.
set -eu
sh scripts/setup/tools.sh --bench
exec node scripts/bench/main.ts "$@"
