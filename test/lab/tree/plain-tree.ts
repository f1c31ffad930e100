import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { type Random, seededRandom } from '../random.ts'
import { writeContent } from './content.ts'
import { addNastyThings, type NastyThing } from './nasty.ts'

export interface PlainTreeOptions {
  /** Everything about the tree follows from it and from the other options; default 1. */
  readonly seed?: number
  /** Number of ordinary files; default 100. */
  readonly files?: number
  /** Number of directories that they are spread over; default one for each 50 files. */
  readonly directories?: number
  /** Size of a file: one number, or a range from which it is drawn; default 1 to 20,000. */
  readonly bytes?: number | readonly [low: number, high: number]
  /** Things that break careless programs, in the directory `nasty/`; default none. */
  readonly nasty?: 'all' | readonly NastyThing[]
}

/** What was made. */
export interface PlainTreeSummary {
  readonly files: number
  readonly bytes: number
}

/** 2024-01-01 00:00:00 UTC, the earliest mtime of ordinary files. */
const firstMtime = 1_704_067_200
const oneYearSeconds = 365 * 86_400

/**
 * Makes a tree in the empty directory `directory`. The same options make the same tree anywhere, except that the
 * owner is who runs it and that the umask should be 022.
 */
export function plainTree(directory: string, options: PlainTreeOptions = {}): PlainTreeSummary {
  const { seed = 1, files = 100, bytes = [1, 20_000], nasty = [] } = options
  const directories = Math.max(1, options.directories ?? Math.ceil(files / 50))
  const random = seededRandom(seed)
  let total = 0
  for (let k = 0; k < directories; k += 1) mkdirSync(join(directory, directoryName(k)), { recursive: true })
  for (let k = 0; k < files; k += 1) {
    const path = join(directoryName(k % directories), `file-${String(k).padStart(7, '0')}.bin`)
    const size = drawSize(random, bytes)
    writeContent(join(directory, path), { content: `${seed}:${path}`, bytes: size, mtime: drawMtime(random) })
    total += size
  }
  addNastyThings(directory, nasty)
  for (let k = 0; k < directories; k += 1) utimesSync(join(directory, directoryName(k)), firstMtime, firstMtime + k)
  utimesSync(directory, firstMtime, firstMtime)
  return { files, bytes: total }
}

export interface TreeChangeOptions {
  /** Default 1; use another one for each further change of a tree. */
  readonly seed?: number
  readonly add?: number
  readonly change?: number
  readonly remove?: number
  readonly rename?: number
  readonly copy?: number
  /** Size of files that are added or changed. */
  readonly bytes?: number | readonly [low: number, high: number]
}

/** Paths by what happened to them, below the tree; a renamed or copied file is under its new path. */
export interface TreeChange {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly renamed: readonly string[]
  readonly copied: readonly string[]
  /** Bytes of content that the tree did not hold before. */
  readonly newBytes: number
}

/** Changes ordinary files of a plain tree, chosen by the seed. */
export function changePlainTree(directory: string, options: TreeChangeOptions): TreeChange {
  const { seed = 1, add = 0, change = 0, remove = 0, rename = 0, copy = 0, bytes = [1, 20_000] } = options
  const random = seededRandom(seed)
  const pool = random.shuffled(ordinaryFiles(directory))
  if (pool.length < change + remove + rename + copy) throw new Error(`${directory} has only ${pool.length} files`)
  let newBytes = 0
  const write = (path: string): void => {
    const size = drawSize(random, bytes)
    writeContent(join(directory, path), { content: `change ${seed}:${path}`, bytes: size, mtime: drawMtime(random) })
    newBytes += size
  }
  const changed = pool.splice(0, change)
  for (const path of changed) write(path)
  const removed = pool.splice(0, remove)
  for (const path of removed) rmSync(join(directory, path))
  const renamed = pool.splice(0, rename).map(path => {
    const to = path.replace(/\.bin$/, `.renamed-${seed}.bin`)
    renameSync(join(directory, path), join(directory, to))
    return to
  })
  const copied = pool.splice(0, copy).map(path => {
    const to = path.replace(/\.bin$/, `.copy-${seed}.bin`)
    copyFileSync(join(directory, path), join(directory, to))
    const mtime = drawMtime(random)
    utimesSync(join(directory, to), mtime, mtime)
    return to
  })
  const added = Array.from({ length: add }, (_, k) => join(directoryName(0), `added-${seed}-${k}.bin`))
  for (const path of added) write(path)
  return { added, changed, removed, renamed, copied, newBytes }
}

function ordinaryFiles(directory: string): string[] {
  const directories = readdirSync(directory).filter(name => /^directory-\d+$/.test(name))
  return directories.sort().flatMap(parent => {
    const names = readdirSync(join(directory, parent)).sort()
    return names.map(name => join(parent, name))
  })
}

function directoryName(k: number): string {
  return `directory-${String(k).padStart(5, '0')}`
}

function drawSize(random: Random, bytes: number | readonly [number, number]): number {
  return typeof bytes === 'number' ? bytes : random.integer(bytes[0], bytes[1])
}

function drawMtime(random: Random): number {
  return firstMtime + random.integer(0, oneYearSeconds)
}
