import type { MemoryLink } from '../../check/memory-tree.ts'
import { MemoryTree } from '../../check/memory-tree.ts'
import type { SignatureVerifier } from '../../check/signatures.ts'
import { unpacker } from '../../compression/unpacker.ts'
import { checkYum } from '../check.ts'
import type { YumFinding } from '../rules.ts'

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
