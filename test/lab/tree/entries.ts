import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from 'node:fs'

/** Names and paths are bytes here, so that this walk shares no code and no mistake with what it judges. */
export interface RawEntry {
  /** Path below the walked directory, empty for that directory itself. */
  readonly path: Buffer
  readonly absolute: Buffer
  readonly stats: BigIntStats
}

/** What is in `directory`, sorted by the bytes of its names. */
export function rawEntries(directory: RawEntry): RawEntry[] {
  const names = readdirSync(directory.absolute, { encoding: 'buffer' }).sort(Buffer.compare)
  return names.map(name => {
    const absolute = Buffer.concat([directory.absolute, Buffer.from('/'), name])
    const path = directory.path.length === 0 ? name : Buffer.concat([directory.path, Buffer.from('/'), name])
    return { path, absolute, stats: lstatSync(absolute, { bigint: true }) }
  })
}

/** The entry of a directory that a walk begins with. */
export function rawRoot(absolute: string): RawEntry {
  return { path: Buffer.alloc(0), absolute: Buffer.from(absolute), stats: lstatSync(absolute, { bigint: true }) }
}

/** Everything that a mirror must keep of an entry, except content and children, as one line. */
export function describeEntry({ absolute, stats }: RawEntry): string {
  const mtime = `mtime ${stats.mtimeNs / 1_000_000_000n}`
  if (stats.isSymbolicLink()) return `link to ${JSON.stringify(readlinkSync(absolute, 'latin1'))}, ${mtime}`
  const mode = `mode ${(Number(stats.mode) & 0o7777).toString(8)}`
  if (stats.isDirectory()) return `directory, ${mode}, ${mtime}`
  if (stats.isFile()) return `file, ${mode}, ${mtime}, ${stats.size} bytes`
  return `special file, ${mode}`
}
