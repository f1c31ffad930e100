import type { RepositoryKind } from '@repocast/objects'
import { unpacker } from '../../compression/unpacker.ts'
import { type CheckOptions, checkTree } from '../check-tree.ts'
import type { Finding } from '../finding.ts'
import { compareTrees } from '../last-snapshot.ts'
import { type MemoryLink, MemoryTree } from '../memory-tree.ts'

export type Files = ReadonlyMap<string, Uint8Array | MemoryLink>

/** What all rules find in a tree in memory, in 1970. */
export async function checkFiles(files: Files, options: Partial<CheckOptions> = {}): Promise<Finding[]> {
  const findings: Finding[] = []
  const report = (finding: Finding): number => findings.push(finding)
  await checkTree({ tree: new MemoryTree(files), now: new Date(0), unpacker, report, ...options })
  return findings
}

/** What all rules find in `after`, when the last snapshot was `before`. */
export async function checkUpdated(
  before: Files,
  after: Files,
  options: Partial<CheckOptions> & { readonly was?: RepositoryKind } = {},
): Promise<Finding[]> {
  const tree = new MemoryTree(before)
  const changes = (): ReturnType<typeof compareTrees> => compareTrees(tree, new MemoryTree(after))
  return await checkFiles(after, { last: { kind: options.was ?? 'deb', tree, changes }, ...options })
}

/** `CODE path` of each, in order. */
export function codesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ code, path }) => `${code} ${path}`).sort()
}
