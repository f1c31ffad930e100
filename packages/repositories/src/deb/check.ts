import { directoryOf, joinPath } from '@repocast/objects'
import type { CheckContext } from '../check/context.ts'
import type { Unpacker } from '../check/unpacker.ts'
import { ByHash } from './checks/by-hash.ts'
import { checkInstaller, isInstallerSums } from './checks/installer.ts'
import { Pool } from './checks/pool.ts'
import { Scope } from './checks/scope.ts'
import { checkSuite } from './checks/suite.ts'
import { Unnamed } from './checks/unnamed.ts'
import { SuiteFinder } from './suites/suite-place.ts'

/**
 * Holds all suites of a deb tree against `debRules`. What it reads may be anything: it ends in findings. Throws what
 * the tree throws when it cannot be read, and the reason of the signal.
 */
export async function checkDeb(context: CheckContext, unpacker: Unpacker): Promise<void> {
  const scope = new Scope(context, unpacker)
  const finder = new SuiteFinder()
  const installers: string[] = []
  for (const { path, type } of context.tree.walk('')) {
    if (type === 'd') continue
    finder.see(path)
    if (isInstallerSums(path)) installers.push(path)
  }
  const { suites, indices } = finder
  const pool = new Pool(scope)
  const byHash = new ByHash(scope)
  let isComplete = !indices.has(undefined)
  reportStrays(scope, indices.get(undefined) ?? [])
  for (const place of suites) {
    context.signal?.throwIfAborted()
    const isKnown = await checkSuite(scope, place, indices.get(place.directory) ?? [], { pool, byHash })
    isComplete &&= isKnown
  }
  await pool.end()
  for (const path of installers) await checkInstaller(scope, path)
  const unnamed = new Unnamed(pool)
  for (const { path, type } of context.tree.walk('')) {
    context.signal?.throwIfAborted()
    if (type === 'd') continue
    await byHash.check(path)
    unnamed.see(path)
  }
  // What an unread index may name is not told as unnamed.
  if (isComplete) unnamed.report(scope)
}

/** Where a Release would be that names an index which no Release can name. */
function reportStrays(scope: Scope, strays: readonly string[]): void {
  const counts = new Map<string, number>()
  for (const path of strays) {
    const directory = /^(?:.+\/)?dists\/[^/]+/.exec(path)?.[0] ?? directoryOf(path)
    const release = joinPath(directory, 'Release')
    counts.set(release, (counts.get(release) ?? 0) + 1)
  }
  for (const [path, count] of counts)
    scope.report('DEB_RELEASE_MISSING', path, `neither it nor InRelease is there, but ${count} indices are`)
}
