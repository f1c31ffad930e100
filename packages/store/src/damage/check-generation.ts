import { readdirSync, readlinkSync, type Stats } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isRepocastError, systemErrorCode } from '@repocast/errors'
import { type HashPool, lookAt } from '@repocast/files'
import {
  type Change,
  decodeName,
  diffTrees,
  displayName,
  encodeName,
  type FileEntry,
  joinPath,
  type RootTree,
  type TreeEntry,
  type TreeReader,
} from '@repocast/objects'
import type { Layout } from '../layout.ts'
import { checkObject } from './check-object.ts'

/** What may be wrong with an entry of a checked-out snapshot. */
export type MisfitKind = 'missing' | 'changed' | 'attributes' | 'unexpected'

/** An entry of a checked-out snapshot that is not as the snapshot says. */
export interface Misfit {
  readonly what: MisfitKind
  /** In the repository, for people; empty for the top directory. */
  readonly path: string
  /** What the snapshot says; undefined for what it does not have. */
  readonly change: Change | undefined
  /** Path of what the snapshot does not have, bytes, in the generation. */
  readonly name: Buffer
}

export interface CheckGenerationOptions {
  readonly layout: Layout
  readonly read: TreeReader
  readonly hashPool: HashPool
  /** Absolute. */
  readonly directory: string
  readonly root: Pick<RootTree, 'id'> & Partial<RootTree>
  /** Whether a name that the snapshot does not have is there for a reason. */
  readonly isKept: (name: Buffer) => boolean
  /** Called before bytes are read, of files that are no links to objects. */
  readonly pace: (bytes: number) => Promise<void>
  readonly signal?: AbortSignal | undefined
}

/** Entries that are looked at before the event loop gets its turn. */
const entriesPerTurn = 64

/**
 * Compares a checked-out snapshot with its trees: names, types, attributes, and that files are links to their objects
 * (whose bytes are checked elsewhere), or copies of them. A directory comes behind everything below it.
 * @throws what `read` throws; RepocastError REPOCAST_DISK_REFUSED; the reason of `signal`
 */
export async function* checkGeneration(options: CheckGenerationOptions): AsyncGenerator<Misfit> {
  const { read, directory, root, signal } = options
  /** Names of each directory that is being looked at, as Latin-1, in which any bytes make a string. */
  const names = new Map<string, Set<string>>([['', new Set()]])
  let entries = 0
  for await (const change of diffTrees(read, undefined, root.id)) {
    const { path, after } = change
    if (after === undefined) continue
    entries += 1
    if (entries % entriesPerTurn === 0) await nextTurn()
    signal?.throwIfAborted()
    const slash = path.lastIndexOf('/')
    const parent = slash < 0 ? '' : path.slice(0, slash)
    const siblings = names.get(parent) ?? new Set()
    names.set(parent, siblings.add(encodeName(after.name).toString('latin1')))
    if (after.type === 'd') {
      yield* unexpectedIn(options, path, names.get(path))
      names.delete(path)
    }
    const what = await findMisfit(options, change)
    if (what !== undefined) yield { what, path: displayName(path), change, name: encodeName(path) }
  }
  yield* unexpectedIn(options, '', names.get(''))
  const { mode, mtime } = root
  const top = lookAt(directory)
  if (mode !== undefined && mtime !== undefined && top && !hasAttributes(top, { mode, mtime })) {
    yield { what: 'attributes', path: '', change: undefined, name: Buffer.alloc(0) }
  }
}

/** What is wrong with one entry, undefined when nothing is. */
export async function findMisfit(
  { layout, directory, hashPool, pace }: CheckGenerationOptions,
  { path, after }: Change,
): Promise<MisfitKind | undefined> {
  if (after === undefined) return undefined
  const place = Buffer.concat([Buffer.from(`${directory}/`), encodeName(path)])
  const there = lookIfThere(place)
  if (there === undefined) return 'missing'
  if (typeOf(there) !== after.type) return 'changed'
  if (after.type === 'd') return hasAttributes(there, after) ? undefined : 'attributes'
  if (after.type === 'l') {
    if (!readlinkSync(place, { encoding: 'buffer' }).equals(encodeName(after.target))) return 'changed'
    return Math.floor(there.mtimeMs / 1000) === after.mtime ? undefined : 'attributes'
  }
  if (!isObject(layout, after, there)) {
    if (there.size !== after.size) return 'changed'
    await pace(after.size)
    if ((await checkObject(place, after, hashPool)) !== undefined) return 'changed'
  }
  return hasAttributes(there, after) ? undefined : 'attributes'
}

/** Whether a file is a link to its object, or to the copy of it that has its attributes. */
function isObject(layout: Layout, { id, mode, mtime }: FileEntry, { ino }: Stats): boolean {
  return lookAt(layout.object(id))?.ino === ino || lookAt(layout.variant(id, mode, mtime))?.ino === ino
}

function* unexpectedIn(
  { directory, isKept }: CheckGenerationOptions,
  path: string,
  names: ReadonlySet<string> | undefined,
): Generator<Misfit> {
  const place = Buffer.concat([Buffer.from(`${directory}/`), encodeName(path)])
  for (const name of readNames(place)) {
    const text = name.toString('latin1')
    if (names?.has(text)) continue
    const whole = path === '' ? name : Buffer.concat([encodeName(`${path}/`), name])
    if (isKept(whole)) continue
    yield { what: 'unexpected', path: displayName(joinPath(path, decodeName(name))), change: undefined, name: whole }
  }
}

function readNames(place: Buffer): Buffer[] {
  try {
    return readdirSync(place, { encoding: 'buffer' })
  } catch (error) {
    // its own entry tells of it
    if (isOutOfReach(error)) return []
    throw error
  }
}

/** lstat(2), undefined also when the directory above is none any more, or does not let us in. */
function lookIfThere(place: Buffer): Stats | undefined {
  try {
    return lookAt(place)
  } catch (error) {
    if (isOutOfReach(error)) return undefined
    throw error
  }
}

function isOutOfReach(error: unknown): boolean {
  const cause = isRepocastError(error) ? error.cause : error
  return ['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemErrorCode(cause) ?? '')
}

function typeOf(stat: Stats): TreeEntry['type'] | undefined {
  if (stat.isFile()) return 'f'
  if (stat.isDirectory()) return 'd'
  return stat.isSymbolicLink() ? 'l' : undefined
}

function hasAttributes(stat: Stats, { mode, mtime }: { readonly mode: number; readonly mtime: number }): boolean {
  return (stat.mode & 0o7777) === mode && Math.floor(stat.mtimeMs / 1000) === mtime
}
