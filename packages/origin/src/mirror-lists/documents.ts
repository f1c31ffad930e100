/** A file as a metalink names it. */
export interface NamedFile {
  /** Bytes. */
  readonly size: number
  /** Modification time, seconds since 1970. */
  readonly mtime: number
  readonly sha256: string
}

export interface Metalink {
  /** Name of the file without its directories, `repomd.xml`. */
  readonly name: string
  readonly file: NamedFile
  /** The file as it was in the snapshot before: mirrors that still have it are no liars. */
  readonly before: NamedFile | undefined
  /** Addresses of the file, best first. */
  readonly urls: readonly string[]
}

/** One address a line: what dnf reads as `mirrorlist=` and apt as `mirror+http://`. */
export function mirrorListOf(urls: readonly string[]): string {
  return urls.map(url => `${url}\n`).join('')
}

/**
 * Metalink 3.0 as dnf (librepo) reads it, with the alternates of MirrorManager: earlier contents of the same file that
 * are right as well.
 */
export function metalinkOf({ name, file, before, urls }: Metalink): string {
  const alternates = before ? `<mm0:alternates><mm0:alternate>${facts(before)}</mm0:alternate></mm0:alternates>` : ''
  const resources = urls.map((url, k) => {
    const protocol = escapeXml(new URL(url).protocol.replace(':', ''))
    return `<url protocol="${protocol}" type="${protocol}" preference="${Math.max(1, 100 - k)}">${escapeXml(url)}</url>`
  })
  return `<?xml version="1.0" encoding="utf-8"?>
<metalink version="3.0" xmlns="http://www.metalinker.org/" xmlns:mm0="http://fedorahosted.org/mirrormanager" type="dynamic" generator="repocast">
<files><file name="${escapeXml(name)}">${facts(file)}${alternates}
<resources maxconnections="1">
${resources.join('\n')}
</resources></file></files>
</metalink>
`
}

function facts({ size, mtime, sha256 }: NamedFile): string {
  return `<mm0:timestamp>${mtime}</mm0:timestamp><size>${size}</size><verification><hash type="sha256">${sha256}</hash></verification>`
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, character => `&#${character.charCodeAt(0)};`)
}
