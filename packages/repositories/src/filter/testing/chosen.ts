import type { RepositoryKind } from '@repocast/objects'
import { type MemoryLink, MemoryTree } from '../../check/memory-tree.ts'
import { unpacker } from '../../compression/unpacker.ts'
import { chooseFiles } from '../choose-files.ts'
import type { Filter, LeftOutReason } from '../filter.ts'

export const takesAll: Filter = { include: [], exclude: [], sources: true, debug: true }

export interface Chosen {
  readonly kept: Map<string, Uint8Array | MemoryLink>
  readonly leftOut: Map<string, LeftOutReason>
  /** What was read. */
  readonly read: ReadonlySet<string>
}

/** What a filter takes of files in memory. */
export async function chosenOf(
  files: ReadonlyMap<string, Uint8Array | MemoryLink>,
  kind: RepositoryKind,
  filter: Partial<Filter>,
): Promise<Chosen> {
  const read = new Set<string>()
  const memory = new MemoryTree(files)
  const tree = {
    find: (path: string) => memory.find(path),
    walk: (path: string) => memory.walk(path),
    digest: memory.digest.bind(memory),
    read: (path: string) => {
      read.add(path)
      return memory.read(path)
    },
  }
  const announced = new Set<string>()
  const willRead = async (paths: readonly string[]): Promise<void> => {
    for (const path of paths) announced.add(path)
  }
  const { whyLeftOut } = await chooseFiles({ tree, kind, filter: { ...takesAll, ...filter }, unpacker, willRead })
  for (const path of read) if (!announced.has(path)) throw new Error(`${path} was read without a word`)
  const kept = new Map<string, Uint8Array | MemoryLink>()
  const leftOut = new Map<string, LeftOutReason>()
  for (const [path, content] of files) {
    const why = whyLeftOut(path)
    if (why === undefined) kept.set(path, content)
    else leftOut.set(path, why)
  }
  return { kept, leftOut, read }
}
