import type { RepositoryKind } from '@repocast/objects'

const repomd = /(^|\/)repodata\/repomd\.xml$/
const debRelease = /(^|\/)dists\/(.+\/)?(In)?Release$/
/** A flat deb repository has its indices at the top. */
const flatRelease = /^(\.\/)?(In)?Release$/
const besideIndex = /(^|\/)(binary-[^/]+|source)\/[^/]+$/
const flatIndex = /^(\.\/)?(Packages|Sources)(\.[a-z0-9]+)?$/

/** Tells what a repository is made of from the paths that a walk meets. */
export class KindDetector {
  #hasRepomd = false
  #hasDebRelease = false
  #hasFlatRelease = false
  #hasFlatIndex = false

  /** Whether files right in a directory can tell the kind, so that a scan need not show all of a million packages. */
  static mayTell(directory: string): boolean {
    return directory === '' || /(^|\/)(repodata$|dists\/)/.test(directory)
  }

  /** Takes the repository path of a file in. */
  see(path: string): void {
    this.#hasRepomd ||= repomd.test(path)
    this.#hasDebRelease ||= debRelease.test(path)
    this.#hasFlatRelease ||= flatRelease.test(path)
    this.#hasFlatIndex ||= flatIndex.test(path)
  }

  /** What the paths so far make of it. A tree that has both kinds of metadata counts as deb, whose suites name all. */
  get kind(): RepositoryKind {
    return this.kinds[0] ?? 'plain'
  }

  /** The kinds that it has metadata of. */
  get kinds(): readonly ('deb' | 'yum')[] {
    const isDeb = this.#hasDebRelease || (this.#hasFlatRelease && this.#hasFlatIndex)
    return [...(isDeb ? ['deb' as const] : []), ...(this.#hasRepomd ? ['yum' as const] : [])]
  }
}

/** Whether a file is one that all other metadata of a repository hangs on: repomd.xml, Release or InRelease of a suite. */
export function isRoot(path: string): boolean {
  // Those beside an index tell about that only.
  return repomd.test(path) || flatRelease.test(path) || (debRelease.test(path) && !besideIndex.test(path))
}

/** Whether a file is metadata of either kind. */
export function isMetadata(path: string): boolean {
  return isVolatile('yum', path) || isVolatile('deb', path)
}

/** Whether a file is replaced with most snapshots: package metadata, as against packages. */
export function isVolatile(kind: RepositoryKind, path: string): boolean {
  if (kind === 'yum') return /(^|\/)repodata\//.test(path)
  if (kind === 'deb') return /(^|\/)dists\//.test(path) || flatRelease.test(path) || flatIndex.test(path)
  return false
}
