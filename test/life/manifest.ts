import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { describeEntry, rawEntries, rawRoot } from '../lab/tree/entries.ts'

/** All that a mirror must keep of a tree: a line for each path, with the digest of a file's content. */
export interface Manifest {
  readonly entries: ReadonlyMap<string, ManifestEntry>
  /** Equal for equal trees only. */
  readonly fingerprint: string
}

export interface ManifestEntry {
  readonly line: string
  /** SHA-256 of the content of a file. */
  readonly digest: string | undefined
}

/** Reads the tree in a directory, which is no link. Paths are bytes, as latin1. */
export async function readManifest(directory: string): Promise<Manifest> {
  const entries = new Map<string, ManifestEntry>()
  const all = createHash('sha256')
  const open = [rawRoot(directory)]
  for (let entry = open.pop(); entry; entry = open.pop()) {
    const digest = entry.stats.isFile()
      ? createHash('sha256').update(readFileSync(entry.absolute)).digest('hex')
      : undefined
    const line = digest === undefined ? describeEntry(entry) : `${describeEntry(entry)}, ${digest}`
    entries.set(entry.path.toString('latin1'), { line, digest })
    all.update(`${entry.path.length} `).update(entry.path).update(`${line}\n`)
    if (!entry.stats.isDirectory()) continue
    open.push(...rawEntries(entry).reverse())
    await setImmediate() // others have their turn
  }
  return { entries, fingerprint: all.digest('hex') }
}

/** Paths at which two trees differ, and how. */
export function differencesOf(expected: Manifest, actual: Manifest): Map<string, string> {
  const found = new Map<string, string>()
  for (const [path, { line }] of expected.entries) {
    const there = actual.entries.get(path)?.line
    if (there !== line) found.set(path, `${there ?? 'missing'}; expected ${line}`)
  }
  for (const [path, { line }] of actual.entries) if (!expected.entries.has(path)) found.set(path, `unexpected ${line}`)
  return found
}
