import { type BigIntStats, lstatSync, readlinkSync, realpathSync, type Stats } from 'node:fs'
import { resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { RepocastError, systemErrorCode } from '@repocast/errors'
import type { HashPool } from '@repocast/files'
import {
  assertSafeLink,
  type BuiltTree,
  displayName,
  isTime,
  joinPath,
  type ObjectId,
  type RepositoryKind,
  type RootTree,
  TreeBuilder,
  type TreeEntry,
} from '@repocast/objects'
import { KindDetector } from '@repocast/repositories'
import type { ScanCache, ScannedDirectory } from '@repocast/store'
import { isRacy } from './file-state.ts'
import { mapInOrder } from './in-order.ts'
import type { Intake } from './intake.ts'
import { bytesOf, decode, lookAt, readNames } from './latin1-paths.ts'
import { linkTarget } from './link-target.ts'
import {
  type ChildLook,
  encodeFiles,
  isSameFile,
  type KnownFile,
  type Look,
  LookWriter,
  parseFiles,
  toMilliseconds,
} from './looks.ts'
import { readSourceFile, unstable } from './read-file.ts'
import { specialFile } from './special-file.ts'

/** What is known of the directories of a tree, and learnt. */
export type KnownDirectories = Pick<ScanCache, 'get' | 'set' | 'isFull' | 'keepBehind' | 'finish'>

export interface ScanOptions {
  /** Directory of the tree. */
  readonly tree: string
  readonly intake: Intake
  /** What is known of this tree. */
  readonly scanCache: KnownDirectories
  readonly hashPool: HashPool
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
}

/** Files of one directory that are read at the same time: enough to keep all hashing threads busy. */
const readAhead = 64

/** Files after which the event loop gets its turn. */
const filesPerTurn = 200

/** Directories beside each other that are scanned at the same time, so that one file in each keeps the threads busy. */
const directoriesAhead = 2

/** What a directory holds, as lstat(2) has it. Names are bytes as Latin-1 text. */
interface Found {
  readonly name: string
  readonly stat: Stats
}

/** What became of an entry: how it looks, what it is in the tree, and what its file was. */
interface Resolved {
  readonly found: Found
  readonly entry: TreeEntry
  readonly look?: Look
}

/**
 * Scans a source tree: one lstat per file. A directory that looks as before is the same tree; in others, only files
 * that look other than before are read. New content is handed on and committed now and then; tree objects are made on
 * the way.
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
  /** Absolute path of the tree, bytes as Latin-1 text. */
  readonly #start: string
  /** Absolute paths of the tree, as it was named and without links. */
  #tops: readonly string[] = []
  readonly #kind = new KindDetector()
  readonly #counts = { files: 0, links: 0, directories: 0 }
  #bytes = 0
  #committing: Promise<void> | undefined

  constructor(options: ScanOptions) {
    this.#options = options
    this.#start = Buffer.from(resolve(options.tree)).toString('latin1')
  }

  async run(): Promise<ScannedTree> {
    this.#assertDirectory()
    this.#tops = [this.#start, realpathSync(bytesOf(this.#start), { encoding: 'latin1' })]
    const root = await this.#directory('')
    await this.#commit()
    // Not before its objects are where they belong: what the cache names is there.
    this.#options.scanCache.finish()
    return { root, kind: this.#kind.kind, counts: this.#counts, bytes: this.#bytes }
  }

  #assertDirectory(): void {
    const stat = lstatSync(bytesOf(this.#start), { throwIfNoEntry: false })
    if (stat?.isDirectory()) return
    throw new RepocastError('REPOCAST_TREE_NOT_FOUND', {
      message: `${this.#options.tree} is ${stat ? 'not a directory' : 'not there'}`,
      hint: 'name the top directory of the tree to publish',
    })
  }

  /** Scans the directory at `path` in the tree, and what is below it. */
  async #directory(path: string): Promise<RootTree> {
    const { signal, scanCache } = this.#options
    signal?.throwIfAborted()
    const before = this.#lookAtDirectory(path)
    const found = this.#list(path)
    const children = await this.#children(path, found)
    const known = scanCache.get(path)
    const looks = looksOf(found, children)
    const isUnchanged = known?.looks.equals(looks) ?? false
    if (isUnchanged) this.#count(found)
    const tree = known && isUnchanged ? known.tree : await this.#changed(path, found, children, known)
    if (this.#lookAtDirectory(path).mtimeNs !== before.mtimeNs) throw unstable(this.#display(path))
    const mtime = secondsOf(before.mtimeNs, () => this.#display(path))
    return { mode: Number(before.mode & 0o7777n), mtime, ...tree }
  }

  /** The entries of a directory in byte order of their names. */
  #list(path: string): Found[] {
    const directory = this.#absolute(path)
    const isTelling = KindDetector.mayTell(decode(path))
    const found = readNames(directory).map((name): Found => ({ name, stat: lookAt(`${directory}/${name}`) }))
    for (const { name, stat } of found) {
      if (stat.isFile()) {
        if (isTelling) this.#kind.see(decode(joinPath(path, name)))
      } else if (stat.isSymbolicLink()) this.#counts.links += 1
      else if (stat.isDirectory()) this.#counts.directories += 1
      else throw specialFile(this.#display(joinPath(path, name)))
    }
    return found
  }

  /** Files that are done with. */
  #count(found: readonly Found[]): void {
    for (const { stat } of found) {
      if (!stat.isFile()) continue
      this.#counts.files += 1
      this.#bytes += stat.size
    }
    this.#options.onProgress?.({ files: this.#counts.files, bytes: this.#bytes })
  }

  /** The directories right in a directory, by name. */
  async #children(path: string, found: readonly Found[]): Promise<Map<string, ChildLook>> {
    const children = new Map<string, ChildLook>()
    const names = found.filter(({ stat }) => stat.isDirectory()).map(({ name }) => name)
    const scan = async (name: string) => ({ name, child: await this.#directory(joinPath(path, name)) })
    for await (const { name, child } of mapInOrder(names, directoriesAhead, scan)) children.set(name, child)
    return children
  }

  /** Makes the tree object of a directory that looks other than before. */
  async #changed(
    path: string,
    found: readonly Found[],
    children: ReadonlyMap<string, ChildLook>,
    known: ScannedDirectory | undefined,
  ): Promise<{ readonly id: ObjectId; readonly size: number }> {
    const { intake, scanCache } = this.#options
    const knownFiles = known ? parseFiles(known.looks, known.files) : new Map<string, Look & KnownFile>()
    const trees: BuiltTree[] = []
    const builder = new TreeBuilder(tree => trees.push(tree))
    const [looks, files] = [new LookWriter(), [] as KnownFile[]]
    const resolveEntry = (one: Found) => this.#resolve(path, one, children.get(one.name), knownFiles.get(one.name))
    for await (const { found: one, entry, look } of mapInOrder(found, readAhead, resolveEntry)) {
      builder.add(entry)
      this.#count([one])
      write(looks, one, children.get(one.name), look)
      if (entry.type === 'f') files.push(entry)
      if (intake.isFull || scanCache.isFull) await this.#commit()
      // small files are read without a turn of the event loop, which signals and progress wait for
      if (entry.type === 'f' && files.length % filesPerTurn === 0) await nextTurn()
      this.#options.signal?.throwIfAborted()
    }
    const { id, size } = builder.finish()
    for (const tree of trees) if (!intake.has(tree.id)) await intake.addTree(tree.id, tree.bytes)
    scanCache.set(path, { looks: looks.finish(), files: encodeFiles(files), tree: { id, size } })
    return { id, size }
  }

  #resolve(
    path: string,
    found: Found,
    child: ChildLook | undefined,
    known: (Look & KnownFile) | undefined,
  ): Resolved | Promise<Resolved> {
    const { stat } = found
    const name = decode(found.name)
    if (child) return { found, entry: { type: 'd', name, ...child } }
    const place = joinPath(path, found.name)
    if (stat.isSymbolicLink()) {
      const written = readlinkSync(bytesOf(this.#absolute(place)), { encoding: 'latin1' })
      const target = decode(linkTarget(written, path, this.#tops))
      assertSafeLink(decode(path), decode(place), target)
      return { found, entry: { type: 'l', name, mtime: this.#seconds(place), target } }
    }
    const mode = stat.mode & 0o7777
    if (known && isSameFile(known, stat)) {
      return { found, entry: { type: 'f', name, mode, mtime: known.mtime, size: stat.size, id: known.id } }
    }
    return this.#read(place, found, name, mode)
  }

  async #read(place: string, found: Found, name: string, mode: number): Promise<Resolved> {
    const display = this.#display(place)
    const path = Buffer.from(this.#absolute(place), 'latin1')
    const source = { path, displayPath: display, size: found.stat.size }
    const { id, state } = await readSourceFile(source, this.#options)
    const size = Number(state.size)
    const look: Look = {
      size,
      mtimeMs: toMilliseconds(state.mtimeNs),
      // a time that no file has: the next scan reads it again
      ctimeMs: isRacy(state) ? -1 : toMilliseconds(state.ctimeNs),
      ino: Number(state.inode),
      mode: found.stat.mode,
    }
    const mtime = secondsOf(state.mtimeNs, () => display)
    return { found, entry: { type: 'f', name, mode, mtime, size, id }, look }
  }

  /** One commit at a time, for all directories that are scanned at the same time. */
  async #commit(): Promise<void> {
    const { intake, scanCache } = this.#options
    this.#committing ??= scanCache.keepBehind(intake.commit()).finally(() => {
      this.#committing = undefined
    })
    await this.#committing
  }

  #lookAtDirectory(path: string): BigIntStats {
    return lstatSync(bytesOf(this.#absolute(path)), { bigint: true })
  }

  /** Exact, unlike milliseconds with fractions, which may be rounded up to the next second. */
  #seconds(path: string): number {
    return secondsOf(lstatSync(bytesOf(this.#absolute(path)), { bigint: true }).mtimeNs, () => this.#display(path))
  }

  #absolute(path: string): string {
    return path === '' ? this.#start : `${this.#start}/${path}`
  }

  #display(path: string): string {
    return displayName(decode(this.#absolute(path)))
  }
}

function looksOf(found: readonly Found[], children: ReadonlyMap<string, ChildLook>): Buffer {
  const looks = new LookWriter()
  for (const one of found) write(looks, one, children.get(one.name), undefined)
  return looks.finish()
}

/** `look` is how a file looked when it was read. */
function write(looks: LookWriter, { name, stat }: Found, child: ChildLook | undefined, look: Look | undefined): void {
  if (child) looks.directory(name, child)
  else if (stat.isSymbolicLink()) looks.link(name, stat)
  else looks.file(name, look ?? stat)
}

function secondsOf(nanoseconds: bigint, display: () => string): number {
  const seconds =
    Number(nanoseconds / 1_000_000_000n) - (nanoseconds < 0n && nanoseconds % 1_000_000_000n !== 0n ? 1 : 0)
  if (isTime(seconds)) return seconds
  throw new RepocastError('REPOCAST_TREE_SPECIAL_FILE', {
    message: `the modification time of ${display()} is out of range`,
    hint: 'set it with touch(1)',
  })
}
