import type { CheckContext } from '../check/context.ts'
import type { Unpacker } from '../check/unpacker.ts'
import { Malformed } from '../metadata/malformed.ts'
import { checkValidity } from './checks/release.ts'
import { Scope } from './checks/scope.ts'
import { readSuite } from './release/read.ts'
import { SuiteFinder } from './suites/suite-place.ts'

/** Holds the suites of a tree that was checked before against the rules whose outcome time changes. Reads no indices. */
export async function checkDebTime(context: CheckContext, unpacker: Unpacker): Promise<void> {
  const { tree, signal } = context
  const scope = new Scope(context, unpacker)
  const finder = new SuiteFinder()
  const top = tree.find('dists')?.type === 'd' ? 'dists' : ''
  for (const { path, type } of tree.walk(top)) if (type !== 'd') finder.see(path)
  for (const place of finder.suites) {
    try {
      const suite = await readSuite(tree, place, signal)
      if (suite) checkValidity(scope, suite.path, suite.release)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error // It was told when it was published.
    }
  }
}
