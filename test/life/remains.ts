import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Manifest } from './manifest.ts'

/** What lies in a data directory when all is over. */
export interface Remains {
  /** Files that are of no use any more: on their way in, half removed. */
  readonly leftovers: readonly string[]
  /** Parts of objects: they belong to pieces whose other bytes were needed, and go with their packs. */
  readonly partial: readonly string[]
  readonly torrents: number
  /** Directories of generations. */
  readonly generations: readonly string[]
  /** Of all objects and their copies with other attributes. */
  readonly objectBytes: number
}

/** Looks at what lies in a data directory of an agent or an origin. */
export function remainsOf(data: string): Remains {
  const filesIn = (name: string): string[] =>
    readdirSync(join(data, name), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(({ parentPath, name: file }) => join(parentPath, file))
  const objects = filesIn('objects')
  const isObject = /\/[0-9a-f]{2}\/[0-9a-f]{62}([.][0-7]+[.]\d+)?$/
  const torrents = filesIn('torrents')
  const generations = readdirSync(join(data, 'generations')).flatMap(repository =>
    readdirSync(join(data, 'generations', repository)).map(name => `${repository}/${name}`),
  )
  return {
    leftovers: [
      ...filesIn('incoming'),
      ...objects.filter(path => !isObject.test(path)),
      ...torrents.filter(path => !/\/[0-9a-f]{40}[.]torrent$/.test(path)),
      ...generations.filter(name => !/\/g\d+$/.test(name)),
    ],
    partial: filesIn('partial'),
    torrents: torrents.length,
    generations,
    objectBytes: objects.reduce((sum, path) => sum + lstatSync(path).size, 0),
  }
}

/** Bytes of all different contents of snapshots. */
export function contentBytes(snapshots: readonly Manifest[]): number {
  const sizes = new Map<string, number>()
  for (const { entries } of snapshots) {
    for (const { line, digest } of entries.values()) {
      if (digest !== undefined) sizes.set(digest, Number(/(\d+) bytes/.exec(line)?.[1]))
    }
  }
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)
}
