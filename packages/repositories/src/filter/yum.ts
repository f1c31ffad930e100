import { directoryOf, joinPath } from '@repocast/objects'
import { fingerprint } from '../check/fingerprint.ts'
import { findYum, repomdOf } from '../yum/find/finder.ts'
import { placeOf } from '../yum/location/location.ts'
import { primaryOf, readPackages } from '../yum/packages.ts'
import type { PackageEntry } from '../yum/primary/parser.ts'
import { compareRpmVersions, type RpmVersion } from '../yum/version/compare.ts'
import type { Choice } from './choice.ts'
import type { ChooseOptions } from './choose-options.ts'
import { isOfOneArchitecture, type LeftOutReason, looksIntoMetadata, whyNotArchitecture } from './filter.ts'
import { Newest } from './newest.ts'
import { unlessMalformed } from './unless-malformed.ts'

const debugName = /-debug(?:info(?:-common)?|source)$/
const packageFile = /\.rpm$/
const deltaFile = /\.([^.]+)\.drpm$/

/** What of the yum repositories of a tree is in. */
export class YumChoice {
  readonly #options: ChooseOptions
  readonly #choice: Choice
  readonly #repositories: ReadonlySet<string>
  /** Repositories that are left out as a whole, and why. */
  readonly #leftOut = new Map<string, LeftOutReason>()
  /** Whether the metadata of all repositories could be read. */
  #isComplete = true

  constructor(options: ChooseOptions, choice: Choice) {
    this.#options = options
    this.#choice = choice
    this.#repositories = new Set(findYum(options.tree).repositories)
  }

  /** Directories that hold a `repodata`. */
  get repositories(): ReadonlySet<string> {
    return this.#repositories
  }

  /** Reads metadata. `whyNotPath` tells of a path that a pattern leaves out. */
  async read(whyNotPath: (path: string) => LeftOutReason | undefined): Promise<void> {
    if (!looksIntoMetadata(this.#options.filter)) return
    const { tree, willRead, signal } = this.#options
    await willRead([...this.#repositories].map(repomdOf))
    const primaries = new Map<string, string>()
    for (const directory of this.#repositories) {
      const path = await this.#tolerant(async () => await primaryOf(tree, directory, signal))
      if (path !== undefined) primaries.set(directory, path)
    }
    await willRead([...primaries.values()])
    for (const [directory, path] of primaries) {
      await this.#tolerant(async () => await this.#readRepository(directory, path, whyNotPath))
    }
  }

  /** Why something is left out that no `Choice` tells of. */
  whyNot(path: string): LeftOutReason | undefined {
    const own = this.#repositoryOf(path)
    const reason = own === undefined ? undefined : this.#leftOut.get(own)
    // Beside a repository at the top there may be anything.
    const isOwn = own !== '' || isMetadataOf('', path) || packageFile.test(path)
    if (reason !== undefined && isOwn) return reason
    if (this.#repositories.size === 0) return undefined
    const { filter } = this.#options
    if (packageFile.test(path)) return this.#isComplete && looksIntoMetadata(filter) ? 'unnamed' : undefined
    const [, architecture] = deltaFile.exec(path) ?? []
    return architecture === undefined ? undefined : whyNotArchitecture(filter, architecture)
  }

  /** The innermost repository that a path lies in. */
  #repositoryOf(path: string): string | undefined {
    for (let above = path; above !== ''; ) {
      above = directoryOf(above)
      if (this.#repositories.has(above)) return above
    }
    return undefined
  }

  async #tolerant<T>(act: () => Promise<T>): Promise<T | undefined> {
    return await unlessMalformed(act, () => {
      this.#isComplete = false
    })
  }

  async #readRepository(
    directory: string,
    primary: string,
    whyNotPath: (path: string) => LeftOutReason | undefined,
  ): Promise<void> {
    const { tree, filter, unpacker, signal } = this.#options
    const newest = filter.newest === undefined ? undefined : new Newest<RpmVersion>(filter.newest, compareRpmVersions)
    const passing: number[] = []
    let [mains, keptMains] = [0, 0]
    let mainReason: LeftOutReason | undefined
    for await (const entry of readPackages(tree, unpacker, primary, signal)) {
      const path = pathOf(directory, entry)
      if (path === undefined) continue
      const file = fingerprint(path)
      const reason = this.#whyNotPackage(entry)
      if (isOfOneArchitecture(entry.arch)) {
        mains += 1
        if (reason === undefined) keptMains += 1
        else mainReason ??= reason
      }
      const why = reason ?? whyNotPath(path)
      if (why !== undefined) {
        this.#choice.leaveOut(file, why)
        continue
      }
      const { name, arch, version } = entry
      newest?.add(copy(`${name}.${arch}`), copyVersion(version), [file])
      passing.push(file)
    }
    // One for other machines, such as the tree of another architecture: what is for all machines is elsewhere, too.
    const whole = mains > 0 && keptMains === 0 ? mainReason : undefined
    if (whole !== undefined) this.#leftOut.set(directory, whole)
    else for (const file of newest?.files() ?? passing) this.#choice.keep(file)
    for (const file of passing) this.#choice.leaveOut(file, whole ?? 'old')
  }

  #whyNotPackage({ name, arch }: PackageEntry): LeftOutReason | undefined {
    const { filter } = this.#options
    return whyNotArchitecture(filter, arch) ?? (!filter.debug && debugName.test(name) ? 'debug' : undefined)
  }
}

function pathOf(directory: string, { location }: PackageEntry): string | undefined {
  const place = placeOf(directory, location)
  return place.kind === 'inside' ? place.path : undefined
}

/** Whether a path is of the metadata of the repository in `directory`. */
export function isMetadataOf(directory: string, path: string): boolean {
  return path.startsWith(`${joinPath(directory, 'repodata')}/`)
}

/** A text of its own, which holds on to nothing else. */
function copy(text: string): string {
  return Buffer.from(text).toString()
}

function copyVersion({ epoch, version, release }: RpmVersion): RpmVersion {
  return { epoch: copy(epoch), version: copy(version), release: copy(release) }
}
