import { assertSafeName, encodeName } from '@repocast/objects'
import type { PackEntry } from '../plan/entry.ts'
import { blobsName, longestPathBytes, mostPathParts, reservedName, treesName } from './layout.ts'

/**
 * Gives the objects of one pack their paths in the torrent, so that every client can lay the files out side by
 * side: no path twice, none that is a directory of another, none in the reserved directory.
 */
export class TorrentPaths {
  readonly #files = new Set<string>()
  readonly #directories = new Set<string>()

  /** The parts of the path of `entry`, as bytes. @throws RepocastError REPOCAST_NAME_UNSAFE */
  partsOf(entry: PackEntry): Buffer[] {
    if (entry.kind === 'tree') return reserved(treesName, entry.id)
    const parts = entry.path.split('/')
    for (const part of parts) assertSafeName(part, entry.path)
    return this.#take(entry.path, parts) ? parts.map(encodeName) : reserved(blobsName, entry.id)
  }

  #take(path: string, parts: readonly string[]): boolean {
    if (parts[0] === reservedName || parts.length > mostPathParts) return false
    if (encodeName(path).length > longestPathBytes) return false
    if (this.#files.has(path) || this.#directories.has(path)) return false
    const above: string[] = []
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1))
      above.push(path.slice(0, slash))
    if (above.some(directory => this.#files.has(directory))) return false
    this.#files.add(path)
    for (const directory of above) this.#directories.add(directory)
    return true
  }
}

function reserved(group: string, id: string): Buffer[] {
  return [reservedName, group, id].map(part => Buffer.from(part))
}
