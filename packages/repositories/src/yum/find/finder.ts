import { joinPath } from '@repocast/objects'
import type { TreeReader } from '../../check/tree-reader.ts'

/** What a tree has for yum and dnf. */
export interface YumPlaces {
  /** Directories that hold a `repodata/repomd.xml`, `''` for the top among them. */
  readonly repositories: readonly string[]
  /** Paths of `.treeinfo` and `treeinfo` files. */
  readonly treeInfos: readonly string[]
  /** Directories named `.repodata`, in which createrepo_c prepares what is to become `repodata`. */
  readonly unfinished: readonly string[]
}

const repomd = /^(?:(.+)\/)?repodata\/repomd\.xml$/
const repodata = /^(?:(.+)\/)?repodata$/
const treeInfo = /^(?:.+\/)?\.?treeinfo$/
const unfinished = /^(?:.+\/)?\.repodata$/

/** Looks through a whole tree, in one walk. */
export function findYum(tree: TreeReader): YumPlaces {
  const repositories = new Set<string>()
  const treeInfos: string[] = []
  const unfinishedOnes: string[] = []
  for (const { path, type } of tree.walk('')) {
    if (type === 'd') {
      if (unfinished.test(path)) unfinishedOnes.push(path)
      continue
    }
    // A link may stand for the file as well as for the directory.
    const found = repomd.exec(path) ?? (type === 'l' ? repodata.exec(path) : null)
    const directory = found?.[1] ?? ''
    if (found !== null && tree.find(repomdOf(directory))?.type === 'f') repositories.add(directory)
    if (treeInfo.test(path) && tree.find(path)?.type === 'f') treeInfos.push(path)
  }
  return { repositories: [...repositories], treeInfos, unfinished: unfinishedOnes }
}

/** Path of the repomd.xml of the repository in `directory`. */
export function repomdOf(directory: string): string {
  return joinPath(directory, 'repodata/repomd.xml')
}
