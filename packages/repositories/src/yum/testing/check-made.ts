import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { MemoryLink } from '../../check/memory-tree.ts'
import { MemoryTree } from '../../check/memory-tree.ts'
import type { SignatureVerifier } from '../../check/signatures.ts'
import { Malformed } from '../../metadata/malformed.ts'
import { checkYum } from '../check.ts'
import type { Unpacker } from '../checks/unpacker.ts'
import type { YumFinding } from '../rules.ts'

export const unpacker: Unpacker = {
  formatOf: path => (path.endsWith('.gz') ? 'gz' : path.endsWith('.zst') ? 'zst' : 'none'),
  async *unpack(input, format, { maxBytes }) {
    let bytes = 0
    const source = Readable.from(input)
    const stream = format === 'none' ? source : source.pipe(format === 'gz' ? createGunzip() : createZstdDecompress())
    try {
      for await (const chunk of stream) {
        bytes += chunk.length
        if (bytes > maxBytes) throw new Malformed('too long')
        yield chunk
      }
    } catch (error) {
      throw error instanceof Malformed ? error : new Malformed(`${error}`)
    }
  },
}

/** What the rules for yum find in a tree in memory. */
export async function findingsOf(
  files: ReadonlyMap<string, Uint8Array | MemoryLink>,
  signatures?: SignatureVerifier,
): Promise<YumFinding[]> {
  const findings: YumFinding[] = []
  await checkYum(
    {
      tree: new MemoryTree(files),
      now: new Date(0),
      signatures,
      report: finding => findings.push(finding as YumFinding),
    },
    unpacker,
  )
  return findings
}

/** `CODE path` of each finding, in order. */
export async function codesOf(files: ReadonlyMap<string, Uint8Array | MemoryLink>): Promise<string[]> {
  return (await findingsOf(files)).map(({ code, path }) => `${code} ${path}`).sort()
}
