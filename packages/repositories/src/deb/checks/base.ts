import { joinPath } from '@repocast/objects'
import type { TreeReader } from '../../check/tree-reader.ts'
import type { SuitePlace } from '../suites/suite-place.ts'

/** Tells where the files that the indices of a suite name lie in the tree. */
export class Base {
  /** Directory of the repository, for telling two apart. */
  readonly repository: string
  readonly #tree: TreeReader
  /** Directories that paths may count from, the last one that was right in front. */
  readonly #candidates: string[]

  constructor(tree: TreeReader, { base, isFlat }: SuitePlace) {
    this.#tree = tree
    this.repository = base
    this.#candidates = isFlat ? upwards(base) : [base]
  }

  /** The paths of a flat repository count from the address in sources.list, which may be any directory above it. */
  pathOf(path: string): string {
    const [usual = ''] = this.#candidates
    if (this.#candidates.length === 1) return joinPath(usual, path)
    const at = this.#candidates.findIndex(directory => this.#tree.find(joinPath(directory, path))?.type === 'f')
    if (at > 0) this.#candidates.unshift(...this.#candidates.splice(at, 1))
    return joinPath(this.#candidates[0] ?? '', path)
  }
}

/** `a/b`, `a` and `''`. */
function upwards(directory: string): string[] {
  const names = directory === '' ? [] : directory.split('/')
  return [...names.map((_, k) => names.slice(0, names.length - k).join('/')), '']
}
