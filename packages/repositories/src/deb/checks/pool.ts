import { otherDigest } from '../../check/compare-digest.ts'
import { fingerprint } from '../../check/fingerprint.ts'
import { InOrder } from '../../check/in-order.ts'
import { type Algorithm, cheapest } from '../../metadata/digests.ts'
import { Malformed } from '../../metadata/malformed.ts'
import type { ListedFile } from '../control/listed-file.ts'
import type { Scope } from './scope.ts'

/** Files that are kept in mind: Debian, with all its architectures, has less than 2 million. */
const maxFiles = 8_000_000

/** The codes for files of one kind. */
export interface FileCodes {
  readonly missing: 'DEB_PACKAGE_MISSING' | 'DEB_SOURCE_FILE_MISSING'
  readonly size: 'DEB_PACKAGE_SIZE' | 'DEB_SOURCE_FILE_SIZE'
  readonly checksum: 'DEB_PACKAGE_CHECKSUM' | 'DEB_SOURCE_FILE_CHECKSUM'
}

/**
 * Holds the files that indices name against the tree. A file that many suites share is looked at once; what is kept
 * of each are a few numbers.
 */
export class Pool {
  readonly #scope: Scope
  /** Fingerprints of what a file has to be, by that of its path. */
  readonly #expected = new Map<number, number>()
  /** Fingerprints of digests, by those of repository, name, version and architecture. */
  readonly #packages = new Map<number, number>()
  readonly #checking = new InOrder<(() => void) | undefined>(tell => tell?.())

  constructor(scope: Scope) {
    this.#scope = scope
  }

  /** Whether an index names `path`. */
  names(path: string): boolean {
    return this.#expected.has(fingerprint(path))
  }

  /**
   * Looks at the file at `path`, of which `index` says what it is.
   * @returns whether it is the first time that it is said
   * @throws Malformed when there are too many files
   */
  async check(path: string, { sizeBytes, digests }: ListedFile, index: string, codes: FileCodes): Promise<boolean> {
    const { tree } = this.#scope.context
    const wanted = cheapest(digests)
    const key = fingerprint(path)
    const expected = fingerprint(`${sizeBytes} ${wanted?.algorithm} ${wanted?.digest}`)
    if (this.#expected.get(key) === expected) return false
    remember(this.#expected, key, expected)
    const node = tree.find(path)
    if (node?.type !== 'f') this.#scope.report(codes.missing, path, `it is not there, ${index} names it`)
    else if (node.sizeBytes !== sizeBytes)
      this.#scope.report(codes.size, path, `it has ${node.sizeBytes} bytes, ${index} says ${sizeBytes}`)
    else if (wanted !== undefined) await this.#checking.add(this.#compare(path, wanted, index, codes))
    return true
  }

  /** Waits until the digests of all files are known. */
  async end(): Promise<void> {
    await this.#checking.end()
  }

  /** @returns what tells that the file has another digest, if it has */
  async #compare(
    path: string,
    { algorithm, digest }: { readonly algorithm: Algorithm; readonly digest: string },
    index: string,
    codes: FileCodes,
  ): Promise<(() => void) | undefined> {
    const found = await otherDigest(this.#scope.context, path, { algorithm, digest })
    if (found === undefined) return undefined
    return () => this.#scope.report(codes.checksum, path, `its ${algorithm} is ${found}, ${index} says ${digest}`)
  }

  /** Whether the package `key` was met before with other contents. @throws Malformed when there are too many packages */
  isDuplicate(key: string, { digests }: ListedFile): boolean {
    const wanted = cheapest(digests)
    if (wanted === undefined) return false
    // Digests of different algorithms cannot be compared.
    const id = fingerprint(`${wanted.algorithm}\0${key}`)
    const value = fingerprint(wanted.digest)
    const known = this.#packages.get(id)
    if (known === undefined) remember(this.#packages, id, value)
    return known !== undefined && known !== value
  }
}

function remember(map: Map<number, number>, key: number, value: number): void {
  if (map.size >= maxFiles)
    throw new Malformed(`there are more than ${maxFiles} files, which is more than can be checked`)
  map.set(key, value)
}
