import { RepocastError } from '@repocast/errors'
import type { TreeReader } from '../check/tree-reader.ts'
import type { Unpacker } from '../check/unpacker.ts'
import { Malformed } from '../metadata/malformed.ts'
import type { ListedPackage, PackageList } from '../package-difference/package-list.ts'
import { findYum, repomdOf } from './find/finder.ts'
import { placeOf } from './location/location.ts'
import { type PackageEntry, readPrimary } from './primary/parser.ts'
import { readRepomd } from './repomd/repomd.ts'
import { formatRpmVersion } from './version/compare.ts'

/**
 * The primary metadata of each repository of a tree.
 * @throws RepocastError REPOCAST_METADATA_UNREADABLE, and what the tree throws
 */
export async function* yumPackageLists(
  tree: TreeReader,
  unpacker: Unpacker,
  signal?: AbortSignal,
): AsyncGenerator<PackageList> {
  for (const repository of findYum(tree).repositories) {
    const path = await explained(repository, primaryOf(tree, repository, signal))
    yield {
      name: repository,
      place: repository,
      id: await tree.digest(path, 'sha256', signal),
      packages: until => packagesOf(tree, unpacker, repository, path, until),
    }
  }
}

/** Path of the list of packages of a repository. @throws Malformed, and what the tree throws */
export async function primaryOf(
  tree: TreeReader,
  repository: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const files = await readRepomd(tree.read(repomdOf(repository), signal))
  const primary = files.find(({ type }) => type === 'primary')
  if (primary === undefined) throw new Malformed('it names no data of type primary')
  const place = placeOf(repository, primary.location)
  const path = place.kind === 'inside' ? place.decoded : undefined
  if (path !== undefined && tree.find(path)?.type === 'f') return path
  throw new Malformed(`${primary.location.href} is not in the tree`)
}

/** Most bytes that a primary.xml may have when unpacked. */
const maxPrimaryBytes = 4 * 1024 ** 3

/** The packages of the primary metadata at `path`. @throws Malformed, and what the tree throws */
export function readPackages(
  tree: TreeReader,
  unpacker: Unpacker,
  path: string,
  signal: AbortSignal | undefined,
): AsyncIterable<PackageEntry> {
  const limits = { maxBytes: maxPrimaryBytes }
  return readPrimary(unpacker.unpack(tree.read(path, signal), unpacker.formatOf(path), limits, signal))
}

async function* packagesOf(
  tree: TreeReader,
  unpacker: Unpacker,
  repository: string,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedPackage> {
  try {
    for await (const { name, arch, version } of readPackages(tree, unpacker, path, signal))
      yield { name, architecture: arch, version: formatRpmVersion(version) }
  } catch (error) {
    throw explain(repository, error)
  }
}

async function explained<T>(repository: string, act: Promise<T>): Promise<T> {
  try {
    return await act
  } catch (error) {
    throw explain(repository, error)
  }
}

function explain(repository: string, cause: unknown): unknown {
  if (!(cause instanceof Malformed)) return cause
  return new RepocastError('REPOCAST_METADATA_UNREADABLE', {
    message: `the packages that ${repomdOf(repository)} leads to cannot be listed: ${cause.message}`,
    hint: 'look at the findings of the snapshot, or check the tree with `repocast origin check`',
    cause,
  })
}
