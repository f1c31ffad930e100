import { closeSync, openSync, readSync, realpathSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { describeEntry, type RawEntry, rawEntries, rawRoot } from './entries.ts'

/**
 * The first differences of two trees, as sentences: bytes, types, modes, mtimes in seconds, link targets, names.
 * The two top directories count too; when they are given as symbolic links, what these lead to is compared.
 */
export async function treeDifferences(expected: string, actual: string, limit = 20): Promise<string[]> {
  const found: string[] = []
  const open: Array<[RawEntry, RawEntry]> = [[rawRoot(realpathSync(expected)), rawRoot(realpathSync(actual))]]
  for (let pair = open.pop(); pair && found.length < limit; pair = open.pop()) {
    const [a, b] = pair
    const difference = entryDifference(a, b)
    if (difference) found.push(difference)
    if (a.stats.isDirectory() && b.stats.isDirectory()) {
      open.push(...pairChildren(a, b, found))
      await setImmediate() // timers and sockets of the test live on
    }
  }
  return found.slice(0, limit)
}

/** @throws Error with the first differences when the trees differ */
export async function assertSameTree(expected: string, actual: string): Promise<void> {
  const differences = await treeDifferences(expected, actual)
  if (differences.length > 0) throw new Error(`${actual} is not like ${expected}:\n  ${differences.join('\n  ')}`)
}

function pairChildren(a: RawEntry, b: RawEntry, found: string[]): Array<[RawEntry, RawEntry]> {
  const pairs: Array<[RawEntry, RawEntry]> = []
  const others = new Map(rawEntries(b).map(entry => [entry.path.toString('latin1'), entry]))
  for (const entry of rawEntries(a)) {
    const key = entry.path.toString('latin1')
    const other = others.get(key)
    others.delete(key)
    if (other) pairs.push([entry, other])
    else found.push(`${show(entry)}: missing (expected a ${describeEntry(entry)})`)
  }
  for (const entry of others.values()) found.push(`${show(entry)}: unexpected ${describeEntry(entry)}`)
  return pairs.reverse() // the caller takes from the end
}

function entryDifference(a: RawEntry, b: RawEntry): string | undefined {
  const [expected, actual] = [describeEntry(a), describeEntry(b)]
  if (expected !== actual) return `${show(a)}: ${actual}; expected ${expected}`
  if (!a.stats.isFile() || isSameInode(a, b)) return undefined
  const offset = firstDifference(a.absolute, b.absolute)
  return offset === undefined ? undefined : `${show(a)}: content differs from byte ${offset} on`
}

function isSameInode(a: RawEntry, b: RawEntry): boolean {
  return a.stats.ino === b.stats.ino && a.stats.dev === b.stats.dev
}

const bufferA = Buffer.alloc(256 * 1024)
const bufferB = Buffer.alloc(256 * 1024)

/** Offset of the first byte in which two files differ. */
function firstDifference(a: Buffer, b: Buffer): number | undefined {
  const [fileA, fileB] = [openSync(a, 'r'), openSync(b, 'r')]
  try {
    for (let offset = 0; ; ) {
      const [readA, readB] = [readSync(fileA, bufferA), readSync(fileB, bufferB)]
      const [partA, partB] = [bufferA.subarray(0, readA), bufferB.subarray(0, readB)]
      if (!partA.equals(partB)) {
        const inPart = partA.findIndex((byte, k) => byte !== partB[k])
        return offset + (inPart < 0 ? readA : inPart)
      }
      if (readA === 0) return undefined
      offset += readA
    }
  } finally {
    closeSync(fileA)
    closeSync(fileB)
  }
}

function show({ path }: RawEntry): string {
  // Bytes that are not ASCII and control characters are shown as \x.., so that nothing looks like its twin.
  const text = path
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, c => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return text === '' ? 'the top directory' : text
}
