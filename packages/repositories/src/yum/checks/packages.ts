import { otherDigest } from '../../check/compare-digest.ts'
import { fingerprint } from '../../check/fingerprint.ts'
import { InOrder } from '../../check/in-order.ts'
import { isBroken } from '../../metadata/digests.ts'
import { Malformed, quote } from '../../metadata/malformed.ts'
import { placeOf } from '../location/location.ts'
import { type PackageEntry, PrimaryParser } from '../primary/parser.ts'
import { formatRpmVersion } from '../version/compare.ts'
import type { Checksum } from '../xml/values.ts'
import type { Scope } from './scope.ts'

/** A file that is not what metadata says. */
interface Mismatch {
  readonly path: string
  readonly message: string
}

/** Something that many packages share, told once. */
interface Tally {
  count: number
  first: string
}

/** Holds the packages that a primary.xml names against the tree, while it is read. Keeps two numbers of each package. */
export class PackageCheck {
  readonly #scope: Scope
  readonly #directory: string
  readonly #primary: string
  readonly #named: Set<number>
  readonly #parser = new PrimaryParser()
  /** Fingerprints of checksums by those of name, version and architecture. */
  readonly #checksums = new Map<number, number>()
  readonly #elsewhere: Tally = { count: 0, first: '' }
  readonly #encoded: Tally = { count: 0, first: '' }
  readonly #weak: Tally = { count: 0, first: '' }
  /** Packages whose checksums are computed, with what is wrong about them. */
  readonly #checking = new InOrder<Mismatch | undefined>(mismatch => {
    if (mismatch) this.#scope.report('YUM_PACKAGE_CHECKSUM', mismatch.path, mismatch.message)
  })
  #count = 0
  #isMalformed = false

  /** `named` gets the fingerprints of the paths of all packages. */
  constructor(scope: Scope, directory: string, primary: string, named: Set<number>) {
    this.#scope = scope
    this.#directory = directory
    this.#primary = primary
    this.#named = named
  }

  async push(chunk: Uint8Array): Promise<void> {
    for (const entry of this.#parse(() => this.#parser.push(chunk)) ?? []) {
      this.#scope.context.signal?.throwIfAborted()
      this.#count += 1
      await this.#check(entry)
    }
  }

  /** Reports what is only known at the end; `isWhole` says whether all was read. @returns whether all packages are known */
  async end(isWhole: boolean): Promise<boolean> {
    await this.#checking.end()
    if (!isWhole) return false
    this.#parse(() => this.#parser.end())
    const { declaredCount } = this.#parser
    if (!this.#isMalformed && declaredCount !== undefined && declaredCount !== this.#count)
      this.#scope.report(
        'YUM_PACKAGE_COUNT',
        this.#primary,
        `it has ${this.#count} packages, and says ${declaredCount}`,
      )
    const tell = (
      code: 'YUM_LOCATION_ELSEWHERE' | 'YUM_LOCATION_ENCODED' | 'YUM_WEAK_CHECKSUM',
      tally: Tally,
      what: string,
    ): void => {
      if (tally.count > 0)
        this.#scope.report(code, this.#primary, `${tally.count} packages ${what}, the first is ${quote(tally.first)}`)
    }
    tell('YUM_LOCATION_ELSEWHERE', this.#elsewhere, 'lie at other addresses')
    tell('YUM_LOCATION_ENCODED', this.#encoded, 'have a location with percent escapes')
    tell('YUM_WEAK_CHECKSUM', this.#weak, 'have only a checksum that can be forged')
    return !this.#isMalformed
  }

  #parse<T>(step: () => T): T | undefined {
    if (this.#isMalformed) return undefined
    try {
      return step()
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      this.#isMalformed = true
      const where = error.line === undefined ? '' : ` (line ${error.line} when unpacked)`
      this.#scope.report('YUM_PRIMARY_MALFORMED', this.#primary, `${error.message}${where}`)
      return undefined
    }
  }

  async #check(entry: PackageEntry): Promise<void> {
    if (isBroken(entry.checksum.algorithm)) add(this.#weak, entry.location.href)
    const path = this.#find(entry)
    if (path === undefined) return
    this.#checkDuplicate(entry, path)
    const node = this.#scope.context.tree.find(path)
    if (node?.type !== 'f') {
      this.#scope.report('YUM_PACKAGE_MISSING', path, `it is not there, ${this.#primary} names it`)
      return
    }
    if (node.sizeBytes !== entry.sizeBytes) {
      const message = `it has ${node.sizeBytes} bytes, ${this.#primary} says ${entry.sizeBytes}`
      this.#scope.report('YUM_PACKAGE_SIZE', path, message)
      return
    }
    await this.#checking.add(this.#compare(path, entry.checksum))
  }

  async #compare(path: string, { algorithm, digest }: Checksum): Promise<Mismatch | undefined> {
    const found = await otherDigest(this.#scope.context, path, { algorithm, digest })
    if (found === undefined) return undefined
    return { path, message: `its ${algorithm} is ${found}, ${this.#primary} says ${digest}` }
  }

  /** Where a package is in the tree, or would be. */
  #find({ name, location }: PackageEntry): string | undefined {
    const place = placeOf(this.#directory, location)
    if (place.kind === 'refused') {
      const message = `the location ${quote(location.href)} of ${quote(name)} is refused: ${place.why}`
      this.#scope.report('YUM_LOCATION_OUTSIDE', this.#primary, message)
    }
    if (place.kind === 'elsewhere') add(this.#elsewhere, place.url)
    if (place.kind !== 'inside') return undefined
    const { tree } = this.#scope.context
    const isDecoded = tree.find(place.path) === undefined && tree.find(place.decoded) !== undefined
    if (isDecoded) add(this.#encoded, location.href)
    const path = isDecoded ? place.decoded : place.path
    this.#named.add(fingerprint(path))
    return path
  }

  #checkDuplicate({ name, arch, version, checksum }: PackageEntry, path: string): void {
    const key = fingerprint(`${name}\0${version.epoch}\0${version.version}\0${version.release}\0${arch}`)
    const value = fingerprint(`${checksum.algorithm}:${checksum.digest}`)
    const known = this.#checksums.get(key)
    if (known === undefined) this.#checksums.set(key, value)
    else if (known !== value) {
      const nevra = `${name}-${formatRpmVersion(version)}.${arch}`
      this.#scope.report(
        'YUM_DUPLICATE_PACKAGE',
        path,
        `${this.#primary} names another package ${quote(nevra)} with other contents`,
      )
    }
  }
}

/** The first one is copied, because it may hold on to the text that it was cut from. */
function add(tally: Tally, text: string): void {
  if (tally.count === 0) tally.first = Buffer.from(text.slice(0, 200)).toString()
  tally.count += 1
}
