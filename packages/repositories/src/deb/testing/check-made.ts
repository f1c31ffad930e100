import { type MemoryLink, MemoryTree } from '../../check/memory-tree.ts'
import type { SignatureVerifier } from '../../check/signatures.ts'
import { unpacker } from '../../compression/unpacker.ts'
import { checkDeb } from '../check.ts'
import type { DebFinding } from '../rules.ts'

/** What the rules for deb find in a tree in memory, in 1970. */
export async function findingsOf(
  files: ReadonlyMap<string, Uint8Array | MemoryLink>,
  signatures?: SignatureVerifier,
): Promise<DebFinding[]> {
  const findings: DebFinding[] = []
  const report = (finding: unknown): number => findings.push(finding as DebFinding)
  await checkDeb({ tree: new MemoryTree(files), now: new Date(0), signatures, report }, unpacker)
  return findings
}

/** `CODE path` of each finding, in order. */
export async function codesOf(
  files: ReadonlyMap<string, Uint8Array | MemoryLink>,
  signatures?: SignatureVerifier,
): Promise<string[]> {
  return (await findingsOf(files, signatures)).map(({ code, path }) => `${code} ${path}`).sort()
}
