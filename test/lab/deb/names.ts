/*
 * Packages of Debian main that have neither dependencies outside of this list nor maintainer
 * scripts (but for `hello`), so that they install into an empty root. Small enough to fetch: some 4 MB together.
 */

/** `node-glob` and what it needs: apt has to resolve six packages in three steps. */
const globAndItsDependencies = [
  'node-glob',
  'node-fs.realpath',
  'node-inflight',
  'node-inherits',
  'libjs-inherits',
  'node-minimatch',
  'node-brace-expansion',
  'node-balanced-match',
  'node-once',
  'node-wrappy',
]

const others = [
  'busybox-static', // the one with a program that runs
  'gcc-12-base',
  'media-types',
  'hello', // needs libc6, which is not here: for listings, not for installing
  'node-readable-stream',
  'node-core-util-is',
  'node-isarray',
  'node-process-nextick-args',
  'node-safe-buffer',
  'node-string-decoder',
  'node-util-deprecate',
  'node-http-errors',
  'node-depd',
  'node-setprototypeof',
  'node-statuses',
  'node-toidentifier',
  'node-end-of-stream',
  'node-pump',
  'node-xtend',
  'node-is-buffer',
  'node-kind-of',
  'node-arrify',
  'node-has-flag',
  'node-slash',
  'node-strip-bom',
  'node-universalify',
  'libjs-underscore',
  'node-yaml',
  'libjs-d3',
  'libjs-events',
  'libjs-punycode',
  'libjs-sprintf-js',
  'libjs-autosize',
  'libjs-awesomplete',
  'libjs-es6-promise',
  'fonts-glyphicons-halflings',
  'fonts-courier-prime',
  'fonts-quicksand',
  'fonts-humor-sans',
  'fonts-sixtyfour',
  'fonts-amiga',
  'fonts-engadget',
]

/** The packages to fetch, in order of importance. */
export const wantedPackages: readonly string[] = [...globAndItsDependencies, ...others]

/** Taken, in this order, for each wanted one that the archive does not have. */
export const fallbackPackages: readonly string[] = [
  'node-caseless',
  'node-isobject',
  'node-is-obj',
  'node-prr',
  'node-delegates',
  'node-is-extglob',
  'node-builtin-modules',
  'node-path-is-absolute',
  'libjs-hooker',
  'libjs-debug',
  'fonts-f500',
  'fonts-proggy',
]
