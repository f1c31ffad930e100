import { RepocastError } from '@repocast/errors'
import { fingerprint } from '../check/fingerprint.ts'
import type { TreeReader } from '../check/tree-reader.ts'
import type { Unpacker } from '../check/unpacker.ts'
import { Malformed } from '../metadata/malformed.ts'
import { readControl } from './control/parser.ts'
import { byCost, isReadable, maxIndexBytes } from './index/forms.ts'
import { packageEntryOf, packageFields } from './index/package-entry.ts'
import { groupIndices, type IndexGroup } from './release/index-groups.ts'
import { pathIn, readSuite, type Suite } from './release/read.ts'
import { SuiteFinder } from './suites/suite-place.ts'

/** A binary package that the metadata of a suite names. */
export interface DebPackage {
  /** Directory of the Release of its suite. */
  readonly suite: string
  /** Undefined in a flat repository. */
  readonly component: string | undefined
  readonly name: string
  readonly architecture: string
  readonly version: string
}

/**
 * All binary packages that the suites of a tree name, in the order of their metadata; one for all architectures is
 * told once for each component. Nothing is verified.
 * @throws RepocastError REPOCAST_METADATA_UNREADABLE, and what the tree throws
 */
export async function* debPackages(
  tree: TreeReader,
  unpacker: Unpacker,
  signal?: AbortSignal,
): AsyncGenerator<DebPackage> {
  const finder = new SuiteFinder()
  for (const { path, type } of tree.walk('')) if (type !== 'd') finder.see(path)
  for (const place of finder.suites) {
    try {
      const suite = await readSuite(tree, place, signal)
      if (suite !== undefined) yield* packagesOf(tree, unpacker, suite, signal)
    } catch (cause) {
      if (!(cause instanceof Malformed)) throw cause
      throw new RepocastError('REPOCAST_METADATA_UNREADABLE', {
        message: `the packages of the suite in ${place.directory || 'the top directory'} cannot be listed: ${cause.message}`,
        hint: 'look at the findings of the snapshot, or check the tree with `repocast origin check`',
        cause,
      })
    }
  }
}

async function* packagesOf(
  tree: TreeReader,
  unpacker: Unpacker,
  suite: Suite,
  signal: AbortSignal | undefined,
): AsyncGenerator<DebPackage> {
  /** Fingerprints of the packages for all architectures, which the indices of each architecture have. */
  const forAll = new Set<number>()
  for (const group of groupIndices(suite.release.files.values())) {
    const path = group.kind === 'packages' ? cheapestForm(tree, suite, group) : undefined
    if (path === undefined) continue
    const limits = { maxBytes: maxIndexBytes }
    const chunks = unpacker.unpack(tree.read(path, signal), unpacker.formatOf(path), limits, signal)
    for await (const paragraph of readControl(chunks, { wanted: packageFields })) {
      const { name, architecture, version } = packageEntryOf(paragraph)
      if (architecture === 'all') {
        const known = fingerprint(`${group.component}\0${name}\0${version}`)
        if (forAll.has(known)) continue
        forAll.add(known)
      }
      const component = suite.place.isFlat ? undefined : group.component
      yield { suite: suite.place.directory, component, name, architecture, version }
    }
  }
}

function cheapestForm(tree: TreeReader, suite: Suite, { forms }: IndexGroup): string | undefined {
  return [...forms]
    .map(([ending, file]) => ({ ending, path: pathIn(suite, file.path) }))
    .filter(({ ending, path }) => isReadable(ending) && tree.find(path)?.type === 'f')
    .sort(byCost)[0]?.path
}
