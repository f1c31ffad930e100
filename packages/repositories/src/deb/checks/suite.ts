import { isReadable } from '../index/forms.ts'
import { groupIndices, type IndexGroup } from '../release/index-groups.ts'
import { pathIn, type Suite } from '../release/read.ts'
import type { SuitePlace } from '../suites/suite-place.ts'
import { Base } from './base.ts'
import type { ByHash } from './by-hash.ts'
import { checkContents } from './contents.ts'
import { reportMissing } from './coverage.ts'
import { checkPackages, checkSources, type IndexText } from './entries.ts'
import { checkForms } from './forms.ts'
import { checkPdiff } from './pdiff.ts'
import type { Pool } from './pool.ts'
import { checkRelease } from './release.ts'
import type { Scope } from './scope.ts'
import { checkSinceLast } from './since-last.ts'

/** What the suites of a tree share. */
export interface Shared {
  readonly pool: Pool
  readonly byHash: ByHash
}

/**
 * Checks a suite; `indices` are the paths of the Packages and Sources that lie in it.
 * @returns whether all its packages are known
 */
export async function checkSuite(
  scope: Scope,
  place: SuitePlace,
  indices: readonly string[],
  { pool, byHash }: Shared,
): Promise<boolean> {
  const suite = await checkRelease(scope, place)
  if (suite === undefined) return false
  reportUnnamed(scope, suite, indices)
  await checkSinceLast(scope, suite)
  const groups = groupIndices(suite.release.files.values())
  const missing: IndexGroup[] = []
  const base = new Base(scope.context.tree, place)
  let isComplete = true
  for (const group of groups) {
    scope.context.signal?.throwIfAborted()
    const { good, present } = await checkForms(scope, suite, group)
    if (present === 0 && !isLeftOut(scope, suite, group)) missing.push(group)
    byHash.see(suite, good)
    const take = takerOf(scope, suite, group, pool, base)
    const isKnown = await checkContents(scope, suite.path, group, good, take)
    if (!isList(group)) continue
    isComplete &&= isKnown
    const [first] = good
    if (first !== undefined && !good.some(({ ending }) => isReadable(ending)))
      scope.report('DEB_INDEX_UNREAD', first.path, 'no other form of it is there')
  }
  reportMissing(scope, suite, groups, missing)
  return isComplete
}

/** Whether any form of an index is left out on purpose. */
function isLeftOut({ context }: Scope, suite: Suite, { forms }: IndexGroup): boolean {
  return [...forms.values()].some(({ path }) => context.isLeftOut?.(pathIn(suite, path)) === true)
}

function isList({ kind }: IndexGroup): boolean {
  return kind === 'packages' || kind === 'sources'
}

/** Who reads the text of an index, if anybody. */
function takerOf(
  scope: Scope,
  suite: Suite,
  { kind, stem }: IndexGroup,
  pool: Pool,
  base: Base,
): ((index: IndexText) => Promise<boolean>) | undefined {
  if (kind === 'packages') return index => checkPackages(scope, pool, base, index)
  if (kind === 'sources') return index => checkSources(scope, pool, base, index)
  if (kind !== 'pdiff') return undefined
  return async index => {
    await checkPdiff(scope, suite, stem, index)
    return true
  }
}

function reportUnnamed(scope: Scope, suite: Suite, indices: readonly string[]): void {
  const named = new Set([...suite.release.files.keys()].map(path => pathIn(suite, path)))
  for (const path of indices)
    if (!named.has(path)) scope.report('DEB_INDEX_UNNAMED', path, `${suite.path} does not name it`)
}
