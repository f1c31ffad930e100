#!/bin/sh
# What `npm test` runs after the set-up: lint, import floors, then every test.
set -eu
npm run --silent lint
# Tests start the program a thousand times: it is compiled once.
export NODE_COMPILE_CACHE="$PWD/.cache/compile"
exec node_modules/.bin/vitest run "$@"
