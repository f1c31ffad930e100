import { joinPath } from '@repocast/objects'
import { readWhole } from '../../check/read-whole.ts'
import type { TreeReader } from '../../check/tree-reader.ts'
import { splitClearSigned } from '../../openpgp/clear-signed.ts'
import type { SuitePlace } from '../suites/suite-place.ts'
import { maxReleaseBytes, parseRelease, type Release } from './release.ts'

/** A suite whose Release could be read. */
export interface Suite {
  readonly place: SuitePlace
  readonly release: Release
  /** Path of the file that `release` comes from: InRelease or Release. */
  readonly path: string
}

/** The bytes of a Release or InRelease. @throws Malformed, and what the tree throws */
export function readRelease(tree: TreeReader, path: string, signal?: AbortSignal): Promise<Buffer> {
  return readWhole(tree, path, maxReleaseBytes, signal)
}

/** A suite as clients see it, by InRelease where there is one. @throws Malformed, and what the tree throws */
export async function readSuite(tree: TreeReader, place: SuitePlace, signal?: AbortSignal): Promise<Suite | undefined> {
  const { inRelease, release } = place
  const path = inRelease ?? release
  if (path === undefined) return undefined
  const bytes = await readRelease(tree, path, signal)
  return { place, path, release: parseRelease(path === inRelease ? splitClearSigned(bytes).content : bytes) }
}

/** Repository path of a file that the Release of `suite` names. */
export function pathIn({ place }: Suite, path: string): string {
  return joinPath(place.directory, path)
}
