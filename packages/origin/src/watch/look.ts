import { createHash, type Hash } from 'node:crypto'
import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs'
import { systemErrorCode } from '@repocast/errors'
import { decodeName, joinPath } from '@repocast/objects'
import { isRoot, KindDetector } from '@repocast/repositories'

/** What is seen of a tree without reading a file. */
export interface SeenTree {
  /** Fingerprint of all names, types, sizes and times. */
  readonly all: string
  /** The files that all metadata hangs on, by absolute path, with their stamps; none of a plain tree. */
  readonly roots: readonly SeenRoot[]
  /** How long it took. */
  readonly milliseconds: number
}

export interface SeenRoot {
  readonly path: Buffer
  readonly stamp: string
}

/**
 * Looks at all of a tree, one lstat for each entry. What vanishes or cannot be read meanwhile is part of the
 * fingerprint. Blocks: run it in a thread.
 * @throws system errors about `directory` itself
 */
export function lookAtTree(directory: string): SeenTree {
  const start = performance.now()
  const hash = createHash('sha256')
  const kind = new KindDetector()
  const roots: Buffer[] = []
  const visit = (place: Buffer, path: string): void => {
    const isTelling = KindDetector.mayTell(path)
    for (const name of namesIn(place, path === '', hash)) {
      const child = join(place, name)
      const stat = tryStat(child)
      hash.update(name).update(`\0${stampOf(stat)}\0`)
      if (stat === undefined || !(stat.isDirectory() || isTelling)) continue
      const childPath = joinPath(path, decodeName(name))
      if (stat.isDirectory()) visit(child, childPath)
      else {
        kind.see(childPath)
        if (isRoot(childPath)) roots.push(child)
      }
    }
    hash.update('\0')
  }
  visit(Buffer.from(directory), '')
  const stamped = roots.map(path => ({ path, stamp: stampOfRoot(path) }))
  return {
    all: hash.digest('hex'),
    roots: kind.kind === 'plain' ? [] : stamped,
    milliseconds: performance.now() - start,
  }
}

/** How a file that metadata hangs on looks; another text when it was replaced. Links are followed. */
export function stampOfRoot(path: Buffer): string {
  try {
    return stampOf(statSync(path))
  } catch (error) {
    return `${systemErrorCode(error)}`
  }
}

function namesIn(place: Buffer, isTop: boolean, hash: Hash): Buffer[] {
  try {
    return readdirSync(place, { encoding: 'buffer' }).sort(Buffer.compare)
  } catch (error) {
    if (isTop) throw error
    hash.update(`${systemErrorCode(error)}`)
    return []
  }
}

function tryStat(path: Buffer): Stats | undefined {
  try {
    return lstatSync(path)
  } catch {
    return undefined
  }
}

/** Without ctime, which changes when somebody makes a hard link to the file, as publishing may do. */
function stampOf(stat: Stats | undefined): string {
  return stat === undefined ? 'gone' : `${stat.mode} ${stat.size} ${stat.mtimeMs} ${stat.ino}`
}

function join(directory: Buffer, name: Buffer): Buffer {
  return Buffer.concat([directory, Buffer.from('/'), name])
}
