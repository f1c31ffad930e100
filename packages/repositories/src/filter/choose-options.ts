import type { RepositoryKind } from '@repocast/objects'
import type { TreeReader } from '../check/tree-reader.ts'
import type { Unpacker } from '../check/unpacker.ts'
import type { Filter } from './filter.ts'

export interface ChooseOptions {
  readonly tree: TreeReader
  readonly kind: RepositoryKind
  readonly filter: Filter
  readonly unpacker: Unpacker
  /** Told of the files that are read next, so that they can be brought here at once. */
  readonly willRead: (paths: readonly string[]) => Promise<void>
  readonly signal?: AbortSignal | undefined
}
