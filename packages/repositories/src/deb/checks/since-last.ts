import { joinPath } from '@repocast/objects'
import { isSameFile } from '../../check/last-snapshot.ts'
import type { TreeReader } from '../../check/tree-reader.ts'
import { cheapest } from '../../metadata/digests.ts'
import { Malformed, quote } from '../../metadata/malformed.ts'
import { readSuite, type Suite } from '../release/read.ts'
import { identityFields, type Release } from '../release/release.ts'
import type { SuitePlace } from '../suites/suite-place.ts'
import { Examples } from './examples.ts'
import { toIso } from './release.ts'
import type { Scope } from './scope.ts'

/** Holds what an update changes about a suite against the rules. */
export async function checkSinceLast(scope: Scope, { place, path, release }: Suite): Promise<void> {
  const { tree, last, signal } = scope.context
  if (last === undefined || (await isSameFile(last.tree, tree, path, signal))) return
  const before = await readBefore(last.tree, place, signal)
  if (before === undefined) return
  for (const field of identityFields) {
    const [was, is] = [before.identity[field], release.identity[field]]
    if (was !== is)
      scope.report('DEB_IDENTITY_CHANGED', path, `its ${field} was ${textOf(was)}, now it is ${textOf(is)}`)
  }
  const [was, is] = [before.date, release.date]
  if (was !== undefined && is !== undefined && is < was)
    scope.report('DEB_DATE_BACK', path, `it is of ${toIso(is)}, that of the last snapshot of ${toIso(was)}`)
  const renewed = release.acquireByHash ? new Examples() : renewedNames(before, release)
  if (renewed.count > 0) scope.report('DEB_SIMPLE_NAMES', path, `indices have new bytes under old names: ${renewed}`)
}

/** The suite as it was; undefined where it was not, or could not be read. */
async function readBefore(
  tree: TreeReader,
  place: SuitePlace,
  signal: AbortSignal | undefined,
): Promise<Release | undefined> {
  const at = (name: string): string | undefined => {
    const path = joinPath(place.directory, name)
    return tree.find(path)?.type === 'f' ? path : undefined
  }
  try {
    return (await readSuite(tree, { ...place, inRelease: at('InRelease'), release: at('Release') }, signal))?.release
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return undefined
  }
}

function renewedNames(before: Release, now: Release): Examples {
  const names = new Examples()
  for (const { path, digests } of now.files.values()) {
    const [was, is] = [cheapest(before.files.get(path)?.digests ?? {}), cheapest(digests)]
    if (was !== undefined && was.algorithm === is?.algorithm && was.digest !== is.digest) names.add(path)
  }
  return names
}

function textOf(value: string | undefined): string {
  return value === undefined ? 'not there' : quote(value)
}
