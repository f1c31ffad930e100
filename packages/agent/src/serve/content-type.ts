const byExtension: Readonly<Record<string, string>> = {
  asc: 'text/plain; charset=utf-8',
  bz2: 'application/x-bzip2',
  css: 'text/css; charset=utf-8',
  ddeb: 'application/vnd.debian.binary-package',
  deb: 'application/vnd.debian.binary-package',
  drpm: 'application/x-rpm',
  dsc: 'text/plain; charset=utf-8',
  efi: 'application/efi',
  gif: 'image/gif',
  gpg: 'application/pgp-keys',
  gz: 'application/gzip',
  htm: 'text/html; charset=utf-8',
  html: 'text/html; charset=utf-8',
  iso: 'application/vnd.efi.iso',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  key: 'application/pgp-keys',
  lz4: 'application/x-lz4',
  lzma: 'application/x-lzma',
  md: 'text/markdown; charset=utf-8',
  pdf: 'application/pdf',
  png: 'image/png',
  rpm: 'application/x-rpm',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  tgz: 'application/gzip',
  torrent: 'application/x-bittorrent',
  udeb: 'application/vnd.debian.binary-package',
  webp: 'image/webp',
  xml: 'application/xml',
  xz: 'application/x-xz',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  zck: 'application/x-zchunk',
  zip: 'application/zip',
  zst: 'application/zstd',
}

/** Files of text that have no extension, or one of their own. */
const text =
  /^(InRelease|Release|Packages|Sources|Contents-[\w.-]+|Translation-[\w.-]+|Index|README.*|COPYING.*|LICENSE.*|EULA|GPL|ChangeLog|(MD5|SHA1|SHA256|SHA512)SUMS?|CHECKSUM|\.treeinfo|treeinfo|\.discinfo|media\.repo|TRANS\.TBL)$|\.(txt|log|changes|buildinfo|repo|list|sources|conf|sha\d+|sha\d+sum|md5|md5sum|sum)$/i

/** The type that a file is given out as, by its name. Compressed files are what they are, and never unpacked on the way. Pure. */
export function contentType(name: string): string {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  const known = Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined
  if (known !== undefined) return name === 'Release.gpg' ? 'application/pgp-signature' : known
  return text.test(name) ? 'text/plain; charset=utf-8' : 'application/octet-stream'
}
