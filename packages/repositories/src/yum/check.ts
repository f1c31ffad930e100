import type { CheckContext } from '../check/context.ts'
import type { Unpacker } from '../check/unpacker.ts'
import { checkRepository } from './checks/repository.ts'
import { Scope } from './checks/scope.ts'
import { checkTreeInfo } from './checks/treeinfo.ts'
import { reportUnnamed } from './checks/unnamed.ts'
import { findYum } from './find/finder.ts'

/**
 * Holds all yum repositories of a tree, and its .treeinfo files, against `yumRules`. What it reads may be anything:
 * it ends in findings. Throws what the tree throws when it cannot be read, and the reason of the signal.
 */
export async function checkYum(context: CheckContext, unpacker: Unpacker): Promise<void> {
  const scope = new Scope(context, unpacker)
  const { repositories, treeInfos, unfinished } = findYum(context.tree)
  for (const path of unfinished)
    scope.report('YUM_UPDATE_UNFINISHED', path, 'createrepo_c has not ended, or was killed')
  const named = new Set<number>()
  let isComplete = true
  for (const directory of repositories) {
    context.signal?.throwIfAborted()
    if (!(await checkRepository(scope, directory, named))) isComplete = false
  }
  for (const path of treeInfos) await checkTreeInfo(scope, path)
  if (isComplete) reportUnnamed(scope, named)
}
