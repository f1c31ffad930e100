import type { RepositoryKind } from '@repocast/objects'
import { checkDeb } from '../deb/check.ts'
import { Direction } from '../tree/direction.ts'
import { type TreeCode, treeRules } from '../tree/rules.ts'
import { checkNotEmptied, checkUpdate } from '../tree/since-last.ts'
import { type Survey, survey } from '../tree/survey.ts'
import { checkYum } from '../yum/check.ts'
import type { CheckContext } from './context.ts'
import type { Finding } from './finding.ts'
import type { TreeReader } from './tree-reader.ts'
import type { Unpacker } from './unpacker.ts'

export interface CheckOptions extends CheckContext {
  /** What the tree is to be; what it turns out to be when it is left out. Of a plain one only that not all is gone. */
  readonly kind?: RepositoryKind | undefined
  readonly unpacker: Unpacker
  /** Largest share of the files of the last snapshot that an update may remove, 0 to 1. */
  readonly shrinkLimit?: number | undefined
  readonly onProgress?: ((progress: CheckProgress) => void) | undefined
}

export interface CheckProgress {
  /** Files whose digests are known. */
  readonly files: number
  /** All files of the tree. */
  readonly totalFiles: number
}

export const defaultShrinkLimit = 0.3

/**
 * Holds a tree against all rules that there are for what is in it; it may hold repositories of yum and deb at once.
 * What is wrong is reported. @returns what it is
 * @throws what the tree throws when it cannot be read, and the reason of the signal
 */
export async function checkTree(options: CheckOptions): Promise<RepositoryKind> {
  const { last, signal, unpacker } = options
  const found = survey(options.tree, signal)
  const kinds = kindsOf(options, found)
  const tell = (code: TreeCode, path: string, message: string): void =>
    options.report({ code, severity: treeRules[code].severity, path, message })
  if (kinds.size === 0) {
    if (last && found.files === 0) await checkNotEmptied(last, tell, signal)
    return 'plain'
  }
  const tree = watched(options.tree, found.files, options.onProgress)
  const direction = last && new Direction(tree, last)
  const report = (finding: Finding): void => {
    // what is not there has no other faults
    if (options.isLeftOut?.(finding.path)) return
    direction?.see(finding)
    options.report(finding)
  }
  for (const path of found.collisions)
    tell('TREE_NAMES_DIFFER_BY_CASE', path, 'another name beside it differs only by upper and lower case')
  const context: CheckContext = { ...options, tree, report }
  if (kinds.has('deb')) await checkDeb(context, unpacker)
  if (kinds.has('yum')) await checkYum(context, unpacker)
  await direction?.end(found.roots, tell, signal)
  if (last) await checkUpdate(last, found, options.shrinkLimit ?? defaultShrinkLimit, tell, signal)
  return options.kind ?? found.kinds[0] ?? 'plain'
}

/** The families whose rules count: those of what it has, of what it is to be, and of what it was. */
function kindsOf({ kind, last }: CheckOptions, { kinds }: Survey): Set<RepositoryKind> {
  if (kind === 'plain') return new Set()
  const families = new Set<RepositoryKind>(kinds)
  for (const one of [kind, last?.kind]) if (one !== undefined && one !== 'plain') families.add(one)
  return families
}

function watched(
  tree: TreeReader,
  totalFiles: number,
  tell: ((progress: CheckProgress) => void) | undefined,
): TreeReader {
  if (tell === undefined) return tree
  let files = 0
  return {
    find: path => tree.find(path),
    walk: directory => tree.walk(directory),
    read: (path, signal) => tree.read(path, signal),
    async digest(path, algorithm, signal) {
      const digest = await tree.digest(path, algorithm, signal)
      files += 1
      tell({ files: Math.min(files, totalFiles), totalFiles })
      return digest
    },
  }
}
