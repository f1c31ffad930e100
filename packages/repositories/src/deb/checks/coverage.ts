import { directoryOf } from '@repocast/objects'
import type { IndexGroup } from '../release/index-groups.ts'
import { pathIn, type Suite } from '../release/read.ts'
import { Examples } from './examples.ts'
import type { Scope } from './scope.ts'

/** Reports which indices are not there in any form. `missing` are those that Release names. */
export function reportMissing(
  scope: Scope,
  suite: Suite,
  groups: readonly IndexGroup[],
  missing: readonly IndexGroup[],
): void {
  const isList = ({ kind }: IndexGroup): boolean => kind === 'packages' || kind === 'sources'
  const isDirectory = ({ stem }: IndexGroup): boolean =>
    scope.context.tree.find(directoryOf(pathIn(suite, stem)))?.type === 'd'
  const isWhollyMissing = groups.filter(isList).every(group => missing.includes(group))
  const parts = new Examples()
  const extras = new Examples()
  for (const group of missing) {
    if (!isList(group)) {
      // What belongs to a part that is not there is not missed.
      if (isDirectory(group)) extras.add(group.stem)
    } else if (isWhollyMissing || isDirectory(group)) {
      const endings = [...group.forms.keys()].map(ending => ending || 'plain').join(', ')
      scope.report(
        'DEB_INDEX_MISSING',
        pathIn(suite, group.stem),
        `${suite.path} names it (${endings}), no form is there`,
      )
    } else parts.add(directoryOf(group.stem))
  }
  for (const part of unnamedParts(suite, groups)) parts.add(part)
  if (parts.count > 0) scope.report('DEB_PART_MISSING', suite.path, `the indices are not there of ${parts}`)
  if (extras.count > 0) scope.report('DEB_EXTRA_MISSING', suite.path, `it names files that are not there: ${extras}`)
}

/** The parts that the fields of Release promise, and its list does not have. */
function unnamedParts({ place, release }: Suite, groups: readonly IndexGroup[]): string[] {
  if (place.isFlat) return []
  const named = new Set(
    groups
      .filter(({ kind }) => kind === 'packages')
      .map(({ component, architecture }) => `${component} ${architecture}`),
  )
  return release.components.flatMap(component => {
    // The Release of dists/stable/updates may call its component main by the name updates/main.
    const names = [component, component.replace(/^.*\//, '')]
    return release.architectures
      .filter(architecture => architecture !== 'all' && architecture !== 'source')
      .filter(architecture => !names.some(name => named.has(`${name} ${architecture}`)))
      .map(architecture => `${component}/binary-${architecture}`)
  })
}
