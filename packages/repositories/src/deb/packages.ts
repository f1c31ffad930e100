import { RepocastError } from '@repocast/errors'
import { joinPath } from '@repocast/objects'
import type { TreeReader } from '../check/tree-reader.ts'
import type { Unpacker } from '../check/unpacker.ts'
import { Malformed } from '../metadata/malformed.ts'
import type { ListedPackage, PackageList } from '../package-difference/package-list.ts'
import { readControl } from './control/parser.ts'
import { byCost, isReadable, maxIndexBytes } from './index/forms.ts'
import { packageEntryOf, packageFields } from './index/package-entry.ts'
import { groupIndices, type IndexGroup } from './release/index-groups.ts'
import { pathIn, readSuite, type Suite } from './release/read.ts'
import { SuiteFinder, type SuitePlace } from './suites/suite-place.ts'

/**
 * The Packages indices of all suites of a tree, each once, in the form that costs least to read.
 * @throws RepocastError REPOCAST_METADATA_UNREADABLE, and what the tree throws
 */
export async function* debPackageLists(
  tree: TreeReader,
  unpacker: Unpacker,
  signal?: AbortSignal,
): AsyncGenerator<PackageList> {
  const finder = new SuiteFinder()
  for (const { path, type } of tree.walk('')) if (type !== 'd') finder.see(path)
  for (const place of finder.suites) {
    const suite = await readExplained(tree, place, signal)
    if (suite !== undefined) yield* listsOf(tree, unpacker, suite, signal)
  }
}

async function* listsOf(
  tree: TreeReader,
  unpacker: Unpacker,
  suite: Suite,
  signal: AbortSignal | undefined,
): AsyncGenerator<PackageList> {
  const { directory, isFlat } = suite.place
  for (const group of groupIndices(suite.release.files.values())) {
    const { stem, component } = group
    const path = group.kind === 'packages' ? cheapestForm(tree, suite, group) : undefined
    if (path === undefined) continue
    yield {
      name: joinPath(directory, stem),
      place: isFlat || component === '' ? directory : joinPath(directory, component),
      id: await tree.digest(path, 'sha256', signal),
      packages: until => packagesOf(tree, unpacker, suite.place, path, until),
    }
  }
}

async function* packagesOf(
  tree: TreeReader,
  unpacker: Unpacker,
  place: SuitePlace,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedPackage> {
  const limits = { maxBytes: maxIndexBytes }
  const chunks = unpacker.unpack(tree.read(path, signal), unpacker.formatOf(path), limits, signal)
  try {
    for await (const paragraph of readControl(chunks, { wanted: packageFields })) {
      const { name, architecture, version } = packageEntryOf(paragraph)
      yield { name, architecture, version }
    }
  } catch (error) {
    throw explain(place, error)
  }
}

async function readExplained(
  tree: TreeReader,
  place: SuitePlace,
  signal: AbortSignal | undefined,
): Promise<Suite | undefined> {
  try {
    return await readSuite(tree, place, signal)
  } catch (error) {
    throw explain(place, error)
  }
}

function explain({ directory }: SuitePlace, cause: unknown): unknown {
  if (!(cause instanceof Malformed)) return cause
  return new RepocastError('REPOCAST_METADATA_UNREADABLE', {
    message: `the packages of the suite in ${directory || 'the top directory'} cannot be listed: ${cause.message}`,
    hint: 'look at the findings of the snapshot, or check the tree with `repocast origin check`',
    cause,
  })
}

/** Path of the form of an index that costs least to read, of those that are there. */
export function cheapestForm(tree: TreeReader, suite: Suite, { forms }: IndexGroup): string | undefined {
  return [...forms]
    .map(([ending, file]) => ({ ending, path: pathIn(suite, file.path) }))
    .filter(({ ending, path }) => isReadable(ending) && tree.find(path)?.type === 'f')
    .sort(byCost)[0]?.path
}
