import { constants, type Dirent, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, readdir, realpath, stat } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isRepocastError, systemErrorCode } from '@repocast/errors'
import { explainDiskError, lookAt } from '@repocast/files'
import { decodeName, findEntry, type RepositoryName, type TreeReader } from '@repocast/objects'
import type { Generation } from '@repocast/store'
import type { Validators } from './conditions.ts'
import type { ListedEntry } from './listing.ts'

/** An open file, which whoever asked for it closes. */
export interface ServedFile extends Validators {
  readonly kind: 'file'
  readonly handle: FileHandle
  readonly size: number
}

export type Found =
  | ServedFile
  | { readonly kind: 'directory'; readonly entries: readonly ListedEntry[] | undefined }
  | { readonly kind: 'missing' }
  | { readonly kind: 'forbidden' }

export interface ServedTreeOptions {
  readonly repository: RepositoryName
  readonly servedPath: string
  /** As `Generations.served`. */
  readonly served: (repository: RepositoryName, servedPath: string) => Promise<Generation | undefined>
  readonly readTree: TreeReader
}

/** Entries that are looked at before the event loop gets its turn. */
const entriesPerTurn = 200

/**
 * What lies under a served path. The path is resolved by each request, which is how a swap takes effect, and an answer is
 * always of one generation: who was overtaken by a swap asks again, since what was served before may be built on.
 */
export class ServedTree {
  readonly #with: ServedTreeOptions

  constructor(options: ServedTreeOptions) {
    this.#with = options
  }

  /**
   * Opens what is at a path of names. Links are followed as long as they stay in the snapshot; the entries of a directory
   * are read when they are wanted.
   * @throws RepocastError REPOCAST_DISK_REFUSED
   */
  async find(names: readonly Buffer[], wantsEntries: boolean): Promise<Found> {
    const { repository, servedPath, served } = this.#with
    for (;;) {
      const before = linkState(servedPath)
      const generation = await served(repository, servedPath)
      const found = generation ? await this.#findIn(generation, names, wantsEntries) : missing
      if (linkState(servedPath) === before) return found
      if (found.kind === 'file') await found.handle.close()
    }
  }

  async #findIn(generation: Generation, names: readonly Buffer[], wantsEntries: boolean): Promise<Found> {
    const path = Buffer.concat([Buffer.from(generation.directory), ...names.flatMap(name => [slash, name])])
    try {
      const top = await realpath(generation.directory, { encoding: 'buffer' })
      const real = await realpath(path, { encoding: 'buffer' })
      if (!isWithin(real, top)) return missing
      const there = await lstat(real)
      if (there.isDirectory()) {
        return { kind: 'directory', entries: wantsEntries ? await listDirectory(real, top) : undefined }
      }
      return there.isFile() ? await this.#openFile(generation, real, top) : missing
    } catch (error) {
      const code = systemErrorCode(error) ?? ''
      if (notThere.has(code)) return missing
      if (code === 'EACCES') return { kind: 'forbidden' }
      throw explainDiskError(error, 'read', path)
    }
  }

  async #openFile(generation: Generation, real: Buffer, top: Buffer): Promise<Found> {
    // Whatever came into its place meanwhile: no link is followed, and no pipe waited for.
    const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stats = await handle.stat()
      if (stats.isFile()) {
        const etag = await this.#etag(generation, real.subarray(top.length + 1), stats)
        return { kind: 'file', handle, size: stats.size, mtime: Math.floor(stats.mtimeMs / 1000), etag }
      }
    } catch (error) {
      await handle.close()
      throw error
    }
    await handle.close()
    return missing
  }

  /** The id of the object, as long as the file looks like it; a file that is kept, or was edited, gets a tag of its own. */
  async #etag({ root }: Generation, path: Buffer, { size, mtimeMs, ino }: Stats): Promise<string> {
    const names = decodeName(path).split('/')
    const entry = await findEntry(this.#with.readTree, root, names).catch((error: unknown) => {
      if (isRepocastError(error)) return undefined
      throw error
    })
    const isAsPublished = entry?.type === 'f' && entry.size === size && entry.mtime === Math.floor(mtimeMs / 1000)
    return isAsPublished ? `"${entry.id}"` : `"${size.toString(16)}-${mtimeMs.toString(16)}-${ino.toString(16)}"`
  }
}

const missing = { kind: 'missing' } as const
const slash = Buffer.from('/')
const notThere: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'])

/** Each swap makes the link anew. */
function linkState(servedPath: string): string {
  const stats = lookAt(servedPath)
  return stats === undefined ? '' : `${stats.ino} ${stats.ctimeMs}`
}

function isWithin(path: Buffer, top: Buffer): boolean {
  return path.equals(top) || path.subarray(0, top.length + 1).equals(Buffer.concat([top, slash]))
}

async function listDirectory(directory: Buffer, top: Buffer): Promise<ListedEntry[]> {
  const listed: ListedEntry[] = []
  const all = await readdir(directory, { withFileTypes: true, encoding: 'buffer' })
  for (const [k, dirent] of all.entries()) {
    if (k % entriesPerTurn === entriesPerTurn - 1) await nextTurn()
    const stats = await statInside(Buffer.concat([directory, slash, dirent.name]), dirent, top)
    if (!stats?.isDirectory() && !stats?.isFile()) continue
    const { size, mtimeMs } = stats
    listed.push({ name: dirent.name, isDirectory: stats.isDirectory(), size, mtime: Math.floor(mtimeMs / 1000) })
  }
  return listed
}

/** Of a link, what it leads to; nothing when that is not there or outside. */
async function statInside(path: Buffer, dirent: Dirent<Buffer>, top: Buffer): Promise<Stats | undefined> {
  if (!dirent.isSymbolicLink()) return lookAt(path)
  try {
    const real = await realpath(path, { encoding: 'buffer' })
    return isWithin(real, top) ? await stat(real) : undefined
  } catch (error) {
    if (notThere.has(systemErrorCode(error) ?? '')) return undefined
    throw error
  }
}
