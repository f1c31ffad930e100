import { lstatSync, readlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import { type FileState, type HashPool, type Met, walk } from '@repocast/files'
import {
  assertSafeLink,
  type BuiltTree,
  decodeName,
  displayName,
  isTime,
  joinPath,
  type RepositoryKind,
  type RootTree,
  TreeBuilder,
  type TreeEntry,
} from '@repocast/objects'
import { KindDetector } from '@repocast/repositories'
import type { Ingest, IngestMethod, Inventory, ScanCache } from '@repocast/store'
import { mapInOrder } from './in-order.ts'
import { isRacy, readSourceFile, unstable } from './read-file.ts'

export interface ScanOptions {
  /** Directory of the tree. */
  readonly tree: string
  readonly ingest: Ingest
  readonly inventory: Inventory
  readonly scanCache: ScanCache
  readonly hashPool: HashPool
  readonly method: IngestMethod
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined
}

export interface ScanProgress {
  readonly files: number
  readonly bytes: number
}

export interface ScannedTree {
  readonly root: RootTree
  readonly kind: RepositoryKind
  readonly counts: { readonly files: number; readonly links: number; readonly directories: number }
  /** Sum of the sizes of all files. */
  readonly bytes: number
  /** Files whose content was not in the store. */
  readonly added: { readonly files: number; readonly bytes: number }
}

/** Files that are read at the same time: enough to keep all hashing threads busy. */
const readAhead = 64

/** An open directory of the walk. */
interface Level {
  readonly path: string
  readonly trees: BuiltTree[]
  readonly builder: TreeBuilder
}

/** What became of something that the walk met. */
type Resolved =
  | { readonly event: 'enter'; readonly met: Met }
  | { readonly event: 'leave'; readonly met: Met }
  | { readonly event: 'entry'; readonly entry: TreeEntry; readonly isNew: boolean }

/**
 * Scans a source tree: one lstat per file, and only files that look other than before are read. New content is
 * staged in the store and committed now and then; tree objects are made on the way.
 * @throws RepocastError REPOCAST_TREE_NOT_FOUND, REPOCAST_TREE_UNSTABLE, REPOCAST_TREE_SPECIAL_FILE,
 *   REPOCAST_LINK_ESCAPES, REPOCAST_NAME_UNSAFE, REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
 */
export async function scanTree(options: ScanOptions): Promise<ScannedTree> {
  const scan = new Scan(options)
  try {
    return await scan.run()
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
    const path = error instanceof Error && 'path' in error ? String(error.path) : options.tree
    throw unstable(path)
  }
}

class Scan {
  readonly #options: ScanOptions
  readonly #start: Buffer
  readonly #kind = new KindDetector()
  readonly #levels: Level[] = []
  readonly #counts = { files: 0, links: 0, directories: 0 }
  readonly #added = { files: 0, bytes: 0 }
  #bytes = 0

  constructor(options: ScanOptions) {
    this.#options = options
    this.#start = Buffer.from(resolve(options.tree))
  }

  async run(): Promise<ScannedTree> {
    this.#assertDirectory()
    const { signal, onProgress, ingest, scanCache } = this.#options
    let root: RootTree | undefined
    for await (const resolved of mapInOrder(walk(this.#start), readAhead, met => this.#resolve(met))) {
      if (resolved.event === 'enter') this.#enter(resolved.met)
      else if (resolved.event === 'leave') root = await this.#leave(resolved.met)
      else this.#add(resolved.entry, resolved.isNew)
      if (ingest.isFull) await ingest.commit()
      signal?.throwIfAborted()
      onProgress?.({ files: this.#counts.files, bytes: this.#bytes })
    }
    await ingest.commit()
    // Not before its objects are in the store: what the cache names is there.
    scanCache.flush()
    if (!root) throw new TypeError('a walk ended without leaving its start')
    return { root, kind: this.#kind.kind, counts: this.#counts, bytes: this.#bytes, added: this.#added }
  }

  #assertDirectory(): void {
    const stat = lstatSync(this.#start, { throwIfNoEntry: false })
    if (stat?.isDirectory()) return
    throw new RepocastError('REPOCAST_TREE_NOT_FOUND', {
      message: `${this.#start.toString()} is ${stat ? 'not a directory' : 'not there'}`,
      hint: 'name the top directory of the tree to publish',
    })
  }

  #resolve(met: Met): Resolved | Promise<Resolved> {
    if (met.event === 'enter') return { event: 'enter', met }
    if (met.event === 'leave') return { event: 'leave', met }
    const name = decodeName(met.name)
    const mtime = secondsOf(met.stat.mtimeNs, met.path)
    if (met.event === 'link') {
      const target = decodeName(readlinkSync(met.path, { encoding: 'buffer' }))
      return { event: 'entry', entry: { type: 'l', name, mtime, target }, isNew: false }
    }
    if (met.event === 'special') throw special(met.path)
    const mode = Number(met.stat.mode & 0o7777n)
    const state = stateOf(met)
    const known = this.#options.scanCache.get(met.path, state)
    if (known !== undefined && this.#options.ingest.has(known)) {
      return {
        event: 'entry',
        entry: { type: 'f', name, mode, mtime, size: Number(state.size), id: known },
        isNew: false,
      }
    }
    return this.#read(met, name)
  }

  async #read(met: Met, name: string): Promise<Resolved> {
    const { id, state, isNew } = await readSourceFile(met.path, displayName(decodeName(met.path)), {
      ...this.#options,
      signal: this.#options.signal,
    })
    if (!isRacy(state)) this.#options.scanCache.set(met.path, state, id)
    const mode = Number(met.stat.mode & 0o7777n)
    const mtime = secondsOf(state.mtimeNs, met.path)
    return { event: 'entry', entry: { type: 'f', name, mode, mtime, size: Number(state.size), id }, isNew }
  }

  #enter({ name }: Met): void {
    const parent = this.#levels.at(-1)
    const trees: BuiltTree[] = []
    const path = parent === undefined ? '' : joinPath(parent.path, decodeName(name))
    this.#levels.push({ path, trees, builder: new TreeBuilder(tree => trees.push(tree)) })
  }

  #add(entry: TreeEntry, isNew: boolean): void {
    const level = this.#top()
    const path = joinPath(level.path, entry.name)
    if (entry.type === 'l') {
      assertSafeLink(level.path, path, entry.target)
      this.#counts.links += 1
    } else if (entry.type === 'f') {
      this.#counts.files += 1
      this.#bytes += entry.size
      if (isNew) this.#countAdded(entry.size)
      this.#kind.see(path)
      this.#options.inventory.add({ kind: 'blob', id: entry.id, size: entry.size, path })
    }
    level.builder.add(entry)
  }

  #countAdded(size: number): void {
    this.#added.files += 1
    this.#added.bytes += size
  }

  async #leave({ path, name, stat }: Met): Promise<RootTree> {
    const level = this.#top()
    this.#levels.pop()
    const now = lstatSync(path, { bigint: true })
    if (now.mtimeNs !== stat.mtimeNs) throw unstable(displayName(decodeName(path)))
    const { id, size } = level.builder.finish()
    const { ingest, inventory } = this.#options
    for (const tree of level.trees) {
      if (!ingest.has(tree.id)) await ingest.addBytes(tree.id, tree.bytes)
      inventory.add({ kind: 'tree', id: tree.id, size: tree.bytes.length, path: level.path })
    }
    const attributes = { mode: Number(stat.mode & 0o7777n), mtime: secondsOf(stat.mtimeNs, path), size, id }
    const parent = this.#levels.at(-1)
    if (parent) {
      parent.builder.add({ type: 'd', name: decodeName(name), ...attributes })
      this.#counts.directories += 1
    }
    return attributes
  }

  #top(): Level {
    const level = this.#levels.at(-1)
    if (level) return level
    throw new TypeError('a walk met an entry outside of its start')
  }
}

function stateOf({ stat }: Met): FileState {
  return { size: stat.size, mtimeNs: stat.mtimeNs, ctimeNs: stat.ctimeNs, inode: stat.ino }
}

function secondsOf(nanoseconds: bigint, path: Buffer): number {
  const seconds =
    Number(nanoseconds / 1_000_000_000n) - (nanoseconds < 0n && nanoseconds % 1_000_000_000n !== 0n ? 1 : 0)
  if (isTime(seconds)) return seconds
  throw new RepocastError('REPOCAST_TREE_SPECIAL_FILE', {
    message: `the modification time of ${displayName(decodeName(path))} is out of range`,
    hint: 'set it with touch(1)',
  })
}

function special(path: Buffer): RepocastError {
  return new RepocastError('REPOCAST_TREE_SPECIAL_FILE', {
    message: `${displayName(decodeName(path))} is a device, pipe or socket`,
    hint: 'remove it: only files, directories and symbolic links can be published',
  })
}
