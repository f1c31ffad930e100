#!/bin/sh
# What `npm test` runs after the set-up: lint, import floors, then every test.
set -eu
npm run --silent lint
exec node_modules/.bin/vitest run "$@"
