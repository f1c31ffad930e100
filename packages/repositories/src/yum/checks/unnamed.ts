import { fingerprint } from '../../check/fingerprint.ts'
import type { Scope } from './scope.ts'

/** Tells of the packages whose paths have no fingerprint in `named`. */
export function reportUnnamed(scope: Scope, named: ReadonlySet<number>): void {
  for (const { path, type } of scope.context.tree.walk(''))
    if (type !== 'd' && path.endsWith('.rpm') && !named.has(fingerprint(path)))
      scope.report('YUM_PACKAGE_UNNAMED', path, 'no metadata names it, so clients do not see it')
}
