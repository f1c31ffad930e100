/** How long caches may keep a file without asking again. Pure. */
export function cacheControl(names: readonly string[]): string {
  const name = names.at(-1) ?? ''
  if (isNamedByHash(names.at(-3), name)) return 'public, max-age=31536000, immutable'
  if (isVersionedPackage(name)) return 'public, max-age=2592000, immutable'
  return askEachTime
}

/**
 * For all that may become another file under its name: repomd.xml, InRelease and what they name without a hash, and whole
 * trees of no known kind. With its ETag, asking costs a few hundred bytes; a stale root costs an apt or dnf that fails.
 */
export const askEachTime = 'public, max-age=0, must-revalidate'

/** `by-hash/SHA256/…` of deb, and `…-primary.xml.zst` with the checksum before it of yum. */
function isNamedByHash(grandparent: string | undefined, name: string): boolean {
  return grandparent === 'by-hash' ? /^[0-9a-f]{32,128}$/.test(name) : /^[0-9a-f]{32,128}-.+/.test(name)
}

/** A version has a digit: `chrome_current_amd64.deb` and `release-latest.rpm` come again under their names. */
const versioned: readonly RegExp[] = [
  // name_version_architecture.deb
  /^[^_]+_[^_]*\d[^_]*_[^_]+\.(deb|udeb|ddeb|changes|buildinfo)$/,
  // name_version.dsc, .orig.tar.gz, .debian.tar.xz, .diff.gz
  /^[^_]+_[^_]*\d[^_]*\.(dsc|diff\.gz|(orig(-[^.]+)?|debian)\.tar\.(gz|bz2|xz|zst|lzma)|tar\.(gz|bz2|xz|zst|lzma))(\.asc)?$/,
  // name-version-release.architecture.rpm
  /^.+-[^-]*\d[^-]*-[^-]*\d[^-]*\.[^.-]+\.(rpm|drpm)$/,
]

function isVersionedPackage(name: string): boolean {
  return versioned.some(pattern => pattern.test(name))
}
