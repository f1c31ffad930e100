import { createReadStream, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats } from 'node:fs'
import { resolve } from 'node:path'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import { digestFileHere, explainDiskError, type HashPool } from '@repocast/files'
import { assertSafeLink, decodeName, displayName, encodeName, joinPath, whyUnsafeLink } from '@repocast/objects'
import type { Algorithm, TreeNode, TreeReader, WalkedNode } from '@repocast/repositories'
import { isSame } from '../scan/file-state.ts'
import { linkTarget } from '../scan/link-target.ts'
import { unstable } from '../scan/read-file.ts'
import { specialFile } from '../scan/special-file.ts'

/** Links that are followed from one path, as the kernel does. */
const maxLinks = 40
/** Files up to this size, in bytes, are read at once, and hashed where they are asked for. */
const readAtOnce = 64 * 1024

/** What lies at a path when all links are followed. */
interface Place {
  /** Repository path without links. */
  readonly path: string
  readonly stat: Stats
}

/**
 * A tree on the disk. Digests are computed in threads, each once. While it is walked, what no tree may have is refused as
 * in a scan: links that lead out, special files.
 */
export class DiskTree implements TreeReader {
  readonly #top: string
  readonly #hashPool: HashPool
  /** Where directories really are, undefined for what is none. */
  readonly #directories = new Map<string, string | undefined>([['', '']])
  /** By algorithm and inode, so that hard links are read once. */
  readonly #digests = new Map<Algorithm, Map<number, string>>()
  readonly #device: number
  /** The absolute paths by which links may name the tree. */
  readonly #tops: readonly string[]
  /** What was found last: whoever looks at a file mostly asks for its digest next. */
  #last: { readonly asked: string; readonly place: Place } | undefined

  /** @throws RepocastError REPOCAST_TREE_NOT_FOUND */
  constructor(directory: string, hashPool: HashPool) {
    this.#top = resolve(directory)
    this.#hashPool = hashPool
    const stat = lstatSync(this.#top, { throwIfNoEntry: false })
    this.#device = stat?.dev ?? 0
    this.#tops = stat ? [this.#top, realpathSync(this.#top)] : []
    if (stat?.isDirectory()) return
    throw new RepocastError('REPOCAST_TREE_NOT_FOUND', {
      message: `${directory} is ${stat ? 'not a directory' : 'not there'}`,
      hint: 'name the top directory of the tree',
    })
  }

  find(path: string): TreeNode | undefined {
    const place = this.#place(path, 0)
    this.#last = place && { asked: path, place }
    const stat = place?.stat
    if (stat?.isFile()) return { type: 'f', sizeBytes: stat.size }
    return stat?.isDirectory() ? { type: 'd', sizeBytes: 0 } : undefined
  }

  *walk(directory: string): Iterable<WalkedNode> {
    // Not through a link.
    if (this.#directory(directory, 0) !== directory) return
    for (const entry of this.#list(directory)) {
      const name = decode(entry.name)
      const path = joinPath(directory, name)
      if (entry.isFile()) yield { path, type: 'f' }
      else if (entry.isDirectory()) {
        yield { path, type: 'd' }
        yield* this.walk(path)
      } else if (entry.isSymbolicLink()) {
        assertSafeLink(directory, path, this.#target(path))
        yield { path, type: 'l' }
      } else throw specialFile(this.#display(path))
    }
  }

  async *read(path: string, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    const { path: real, stat } = this.#file(path)
    try {
      if (stat.size <= readAtOnce) yield readFileSync(this.#absolute(real))
      else yield* createReadStream(this.#absolute(real), { highWaterMark: 1024 * 1024, ...(signal && { signal }) })
    } catch (error) {
      throw this.#explain(error, path)
    }
  }

  async digest(path: string, algorithm: Algorithm, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted()
    const { path: real, stat } = this.#file(path)
    const known = this.#digests.get(algorithm) ?? new Map<number, string>()
    this.#digests.set(algorithm, known)
    const isInodeTelling = stat.dev === this.#device && Number.isSafeInteger(stat.ino)
    const digest = (isInodeTelling && known.get(stat.ino)) || (await this.#compute(real, stat.size, algorithm))
    if (isInodeTelling) known.set(stat.ino, digest)
    return digest
  }

  async #compute(path: string, sizeBytes: number, algorithm: Algorithm): Promise<string> {
    const absolute = this.#absolute(path)
    try {
      const { digest, before, after } =
        sizeBytes <= readAtOnce
          ? digestFileHere(absolute, algorithm)
          : await this.#hashPool.digestFile(absolute, algorithm)
      if (isSame(before, after)) return digest
    } catch (error) {
      throw this.#explain(error, path)
    }
    throw unstable(this.#display(path))
  }

  #file(path: string): Place {
    const place = this.#last?.asked === path ? this.#last.place : this.#place(path, 0)
    if (place?.stat.isFile()) return place
    throw unstable(this.#display(path))
  }

  #place(path: string, links: number): Place | undefined {
    const slash = path.lastIndexOf('/')
    const directory = this.#directory(slash < 0 ? '' : path.slice(0, slash), links)
    if (directory === undefined) return undefined
    const real = joinPath(directory, path.slice(slash + 1))
    const stat = this.#look(path === '' ? '' : real)
    if (!stat?.isSymbolicLink()) return stat && { path: real, stat }
    const target = this.#target(real)
    if (links === maxLinks || whyUnsafeLink(directory, target) !== undefined) return undefined
    return this.#place(follow(directory, target), links + 1)
  }

  /** Where the directory at `path` really is. */
  #directory(path: string, links: number): string | undefined {
    if (this.#directories.has(path)) return this.#directories.get(path)
    const place = this.#place(path, links)
    const real = place?.stat.isDirectory() ? place.path : undefined
    this.#directories.set(path, real)
    return real
  }

  #look(path: string): Stats | undefined {
    try {
      return lstatSync(this.#absolute(path))
    } catch (error) {
      const code = systemErrorCode(error)
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined
      throw explainDiskError(error, 'look at', this.#absolute(path))
    }
  }

  #target(path: string): string {
    try {
      const written = decodeName(readlinkSync(this.#absolute(path), { encoding: 'buffer' }))
      return linkTarget(written, path.slice(0, Math.max(0, path.lastIndexOf('/'))), this.#tops)
    } catch (error) {
      throw this.#explain(error, path)
    }
  }

  /** The entries of a directory in byte order of their names, which are bytes as Latin-1 text. */
  #list(path: string) {
    try {
      const entries = readdirSync(this.#absolute(path), { encoding: 'latin1', withFileTypes: true })
      return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    } catch (error) {
      throw this.#explain(error, path)
    }
  }

  #explain(error: unknown, path: string): unknown {
    if (systemErrorCode(error) === 'ENOENT') return unstable(this.#display(path))
    return explainDiskError(error, 'read', this.#absolute(path))
  }

  #absolute(path: string): string | Buffer {
    const absolute = path === '' ? this.#top : `${this.#top}/${path}`
    return ascii.test(path) ? absolute : encodeName(absolute)
  }

  #display(path: string): string {
    return displayName(path === '' ? this.#top : `${this.#top}/${path}`)
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ascii = /^[\u0000-\u007f]*$/

function decode(name: string): string {
  return ascii.test(name) ? name : decodeName(Buffer.from(name, 'latin1'))
}

/** Where `target` leads from `directory`; it is known not to lead out. */
function follow(directory: string, target: string): string {
  const at = directory === '' ? [] : directory.split('/')
  for (const part of target.split('/')) {
    if (part === '..') at.pop()
    else if (part !== '' && part !== '.') at.push(part)
  }
  return at.join('/')
}
