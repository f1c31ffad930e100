import type { PackageFamily } from './package-families.ts'
import type { PackageList } from './package-list.ts'

/** What became of a package of one place, name and architecture. */
export interface PackageChange {
  /** `replaced` is another version that is neither newer nor older to the package manager. */
  readonly change: 'added' | 'removed' | 'upgraded' | 'downgraded' | 'replaced'
  readonly place: string
  readonly name: string
  readonly architecture: string
  /** Version before; undefined when it was added. */
  readonly from?: string
  /** Version after; undefined when it was removed. */
  readonly to?: string
}

/** Which of two trees have a version. */
const inBefore = 1
const inAfter = 2
const inBoth = inBefore | inAfter

/**
 * How the packages of two trees differ, list by list in the order of their names. Lists that are the same in both are
 * not read. Where a name has several versions, its newest ones are held against each other; what else came or went is
 * added or removed. Memory is needed for one list of each tree at a time.
 * @throws what the lists throw
 */
export async function* diffPackages(
  before: AsyncIterable<PackageList>,
  after: AsyncIterable<PackageList>,
  compareVersions: PackageFamily['compareVersions'],
  signal?: AbortSignal,
): AsyncGenerator<PackageChange> {
  const [old, now] = [await byName(before), await byName(after)]
  const names = [...new Set([...old.keys(), ...now.keys()])].sort()
  /** Of packages for all architectures, which the lists of each architecture have. */
  const told = new Set<string>()
  for (const name of names) {
    const [from, to] = [old.get(name), now.get(name)]
    if (from?.id === to?.id) continue
    const versions: Versions = new Map()
    await note(versions, from, inBefore, signal)
    await note(versions, to, inAfter, signal)
    for (const change of changesOf(versions, (to ?? from)?.place ?? '', compareVersions)) {
      if (change.architecture === 'all' && isToldBefore(told, change)) continue
      yield change
    }
  }
}

async function byName(lists: AsyncIterable<PackageList>): Promise<Map<string, PackageList>> {
  const named = new Map<string, PackageList>()
  for await (const list of lists) named.set(list.name, list)
  return named
}

/** Name, architecture and version, with NUL between, and where they are: one text is far smaller than an object. */
type Versions = Map<string, number>

async function note(
  versions: Versions,
  list: PackageList | undefined,
  where: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (list === undefined) return
  for await (const { name, architecture, version } of list.packages(signal)) {
    const key = ownCopy(`${name}\0${architecture}\0${version}`)
    versions.set(key, (versions.get(key) ?? 0) | where)
  }
}

/** A text that was cut out of a larger one keeps that one in memory, whole; a copy does not. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString()
}

function* changesOf(
  versions: Versions,
  place: string,
  compareVersions: PackageFamily['compareVersions'],
): Generator<PackageChange> {
  let group: Group | undefined
  for (const key of [...versions.keys()].sort()) {
    const [name = '', architecture = '', version = ''] = key.split('\0')
    if (group?.name !== name || group.architecture !== architecture) {
      if (group) yield* changesOfGroup(group, place, compareVersions)
      group = { name, architecture, versions: [] }
    }
    group.versions.push({ version, where: versions.get(key) ?? inBoth })
  }
  if (group) yield* changesOfGroup(group, place, compareVersions)
}

/** All versions of one name and architecture. */
interface Group {
  readonly name: string
  readonly architecture: string
  readonly versions: { readonly version: string; readonly where: number }[]
}

function* changesOfGroup(
  { name, architecture, versions }: Group,
  place: string,
  compareVersions: PackageFamily['compareVersions'],
): Generator<PackageChange> {
  if (versions.every(({ where }) => where === inBoth)) return
  const sorted = [...versions].sort((a, b) => compareVersions(a.version, b.version))
  const from = sorted.findLast(({ where }) => (where & inBefore) > 0)
  const to = sorted.findLast(({ where }) => (where & inAfter) > 0)
  const isMove = from !== undefined && to !== undefined && from !== to
  if (isMove) {
    const change = kindOf(compareVersions(from.version, to.version))
    yield { change, place, name, architecture, from: from.version, to: to.version }
  }
  for (const one of sorted) {
    const { version, where } = one
    if (where === inBefore && !(isMove && one === from))
      yield { change: 'removed', place, name, architecture, from: version }
    if (where === inAfter && !(isMove && one === to)) yield { change: 'added', place, name, architecture, to: version }
  }
}

function kindOf(order: number): 'upgraded' | 'downgraded' | 'replaced' {
  if (order === 0) return 'replaced'
  return order < 0 ? 'upgraded' : 'downgraded'
}

function isToldBefore(told: Set<string>, { place, name, from, to }: PackageChange): boolean {
  const key = `${place}\0${name}\0${from ?? ''}\0${to ?? ''}`
  if (told.has(key)) return true
  told.add(key)
  return false
}
