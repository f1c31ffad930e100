import type { TreeReader } from '../check/tree-reader.ts'
import type { Unpacker } from '../check/unpacker.ts'
import { debPackageLists } from '../deb/packages.ts'
import { compareDebVersions } from '../deb/version/compare.ts'
import { yumPackageLists } from '../yum/packages.ts'
import { compareRpmVersions, parseRpmVersion } from '../yum/version/compare.ts'
import type { PackageList } from './package-list.ts'

/** How packages of a kind of repository are listed, and their versions ordered. */
export interface PackageFamily {
  /** @throws RepocastError REPOCAST_METADATA_UNREADABLE, and what the tree throws */
  lists(tree: TreeReader, unpacker: Unpacker, signal?: AbortSignal): AsyncIterable<PackageList>
  /** Negative when `a` is older, 0 when both are the same to the package manager, positive when it is newer. */
  compareVersions(a: string, b: string): number
}

export const packageFamilies: Readonly<Record<'yum' | 'deb', PackageFamily>> = {
  yum: {
    lists: yumPackageLists,
    compareVersions: (a, b) => compareRpmVersions(parseRpmVersion(a), parseRpmVersion(b)),
  },
  deb: { lists: debPackageLists, compareVersions: compareDebVersions },
}
