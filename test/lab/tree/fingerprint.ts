import { createHash, type Hash } from 'node:crypto'
import { closeSync, openSync, readSync, realpathSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { describeEntry, type RawEntry, rawEntries, rawRoot } from './entries.ts'

/**
 * One hash over all that `treeDifferences` compares: equal fingerprints, equal trees. The directory is resolved
 * once, at the start, so that a swap in the middle cannot mix two snapshots.
 */
export async function treeFingerprint(directory: string): Promise<string> {
  const hash = createHash('sha256')
  const open = [rawRoot(realpathSync(directory))]
  for (let entry = open.pop(); entry; entry = open.pop()) {
    hash
      .update(`${entry.path.length} `)
      .update(entry.path)
      .update(` ${describeEntry(entry)}\n`)
    if (entry.stats.isFile()) hashContent(hash, entry)
    if (!entry.stats.isDirectory()) continue
    open.push(...rawEntries(entry).reverse())
    await setImmediate() // timers and sockets of the test live on
  }
  return hash.digest('hex')
}

const buffer = Buffer.alloc(1024 * 1024)

function hashContent(hash: Hash, { absolute }: RawEntry): void {
  const file = openSync(absolute, 'r')
  try {
    for (let bytes = readSync(file, buffer); bytes > 0; bytes = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, bytes))
    }
  } finally {
    closeSync(file)
  }
}
