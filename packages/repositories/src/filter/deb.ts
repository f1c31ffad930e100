import { directoryOf, joinPath } from '@repocast/objects'
import { fingerprint } from '../check/fingerprint.ts'
import { Base } from '../deb/checks/base.ts'
import type { ListedFile } from '../deb/control/listed-file.ts'
import { readControl } from '../deb/control/parser.ts'
import { maxIndexBytes } from '../deb/index/forms.ts'
import { packageEntryOf, packageFields } from '../deb/index/package-entry.ts'
import { sourceEntryOf, sourceFields } from '../deb/index/source-entry.ts'
import { cheapestForm } from '../deb/packages.ts'
import { groupIndices, type IndexGroup } from '../deb/release/index-groups.ts'
import { readSuite, type Suite } from '../deb/release/read.ts'
import { SuiteFinder, type SuitePlace } from '../deb/suites/suite-place.ts'
import { compareDebVersions } from '../deb/version/compare.ts'
import { Malformed } from '../metadata/malformed.ts'
import type { Choice } from './choice.ts'
import type { ChooseOptions } from './choose-options.ts'
import { aboutOf, whyNotSuite, whyNotSuiteFile } from './deb-index.ts'
import { type LeftOutReason, looksIntoMetadata, whyNotArchitecture } from './filter.ts'
import { Newest } from './newest.ts'
import { unlessMalformed } from './unless-malformed.ts'

const debugName = /-(?:dbgsym|dbg)$/
const packageFile = /\.(?:u|d)?deb$|\.dsc$/
const sourceFile = /\.(?:orig(?:-[^/]+)?|debian)\.tar\.[a-z0-9]+(?:\.asc)?$|\.diff\.gz$/
const linkToSuite = /^(?:.+\/)?dists\/[^/]+$/

type WhyNotPath = (path: string) => LeftOutReason | undefined

/** A list of packages that is read. */
interface IndexToRead {
  readonly base: Base
  readonly kind: 'packages' | 'sources'
  readonly path: string
}

/** What of the suites of a tree is in. */
export class DebChoice {
  readonly #options: ChooseOptions
  readonly #choice: Choice
  readonly #suites: readonly SuitePlace[]
  readonly #links: readonly string[]
  /** Directories in which packages lie, `''` for the top among them. */
  readonly #bases: ReadonlySet<string>
  /** Whether all that names packages could be read. */
  #isComplete = true

  constructor(options: ChooseOptions, choice: Choice) {
    this.#options = options
    this.#choice = choice
    const finder = new SuiteFinder()
    const links: string[] = []
    for (const { path, type } of options.tree.walk('')) {
      if (type === 'd') continue
      finder.see(path)
      if (type === 'l' && linkToSuite.test(path)) links.push(path)
    }
    this.#suites = finder.suites
    this.#links = links
    this.#bases = new Set(this.#suites.map(({ base }) => base))
  }

  get suites(): readonly SuitePlace[] {
    return this.#suites
  }

  /** Reads metadata. `whyNotPath` tells of a path that a pattern leaves out. */
  async read(whyNotPath: WhyNotPath): Promise<void> {
    if (!looksIntoMetadata(this.#options.filter)) return
    const { tree, filter, willRead, signal } = this.#options
    const places: SuitePlace[] = []
    for (const place of this.#suites) {
      const reason = place.isFlat ? undefined : whyNotSuite(filter, await this.#namesOf(place))
      if (reason === undefined) places.push(place)
      await this.#chooseMetadata(place, reason)
    }
    await willRead(places.flatMap(({ inRelease, release }) => inRelease ?? release ?? []))
    const suites: (readonly IndexToRead[])[] = []
    for (const place of places) {
      const suite = await this.#tolerant(async () => await readSuite(tree, place, signal))
      if (suite !== undefined) suites.push(this.#indicesOf(suite))
    }
    await willRead(suites.flat().map(({ path }) => path))
    for (const indices of suites) await this.#readSuite(indices, whyNotPath)
  }

  async #readSuite(indices: readonly IndexToRead[], whyNotPath: WhyNotPath): Promise<void> {
    const { filter } = this.#options
    const newest = filter.newest === undefined ? undefined : new Newest<string>(filter.newest, compareDebVersions)
    const passing: number[] = []
    for (const index of indices) {
      await this.#tolerant(async () => await this.#readIndex(index, newest, passing, whyNotPath))
    }
    for (const file of newest?.files() ?? passing) this.#choice.keep(file)
    for (const file of passing) this.#choice.leaveOut(file, 'old')
  }

  /** Why something is left out that no `Choice` tells of. */
  whyNot(path: string): LeftOutReason | undefined {
    if (this.#suites.length === 0 || !this.#isComplete || !looksIntoMetadata(this.#options.filter)) return undefined
    const isPackage = packageFile.test(path) || sourceFile.test(path) || this.#isInPool(path)
    return isPackage ? 'unnamed' : undefined
  }

  #isInPool(path: string): boolean {
    for (let above = directoryOf(path); above !== ''; above = directoryOf(above)) {
      if ((above === 'pool' || above.endsWith('/pool')) && this.#bases.has(directoryOf(above))) return true
    }
    return false
  }

  async #namesOf({ directory, base, inRelease, release }: SuitePlace): Promise<string[]> {
    const { tree, filter, signal } = this.#options
    const dists = joinPath(base, 'dists')
    const names = [directory.slice(dists.length + 1)]
    const path = inRelease ?? release
    if (filter.suites === undefined || path === undefined) return names
    for (const link of this.#links) {
      const other = joinPath(link, path.slice(directory.length + 1))
      const isSame =
        directoryOf(link) === dists &&
        tree.find(other)?.type === 'f' &&
        (await tree.digest(other, 'sha256', signal)) === (await tree.digest(path, 'sha256', signal))
      if (isSame) names.push(link.slice(dists.length + 1))
    }
    return names
  }

  /** Chooses what lies in the directory of a suite. */
  async #chooseMetadata({ directory, isFlat }: SuitePlace, reason: LeftOutReason | undefined): Promise<void> {
    const { tree, filter } = this.#options
    if (isFlat) {
      for (const { path, type } of tree.walk(directory)) {
        const isSources = !filter.sources && type !== 'd' && /(?:^|\/)Sources(?:\.[a-z0-9]+)?$/.test(path)
        if (isSources && directoryOf(path) === directory) this.#choice.leaveOut(fingerprint(path), 'source')
      }
      return
    }
    const paths = [...tree.walk(directory)].filter(({ type }) => type !== 'd').map(({ path }) => path)
    const inSuite = (path: string): string => path.slice(directory.length + 1)
    const components = new Set(paths.flatMap(path => aboutOf(inSuite(path), new Set()).component ?? []))
    const byHash = new Map<string, string[]>()
    /** Directories of which some files are left out and others are not. */
    const digests = new Map<string, { readonly kept: Set<string>; leftOut: LeftOutReason | undefined }>()
    for (const path of paths) {
      const [, parent] = /^(.*)\/by-hash\/[^/]+\/[^/]+$/.exec(path) ?? []
      const why = reason ?? whyNotSuiteFile(filter, aboutOf(inSuite(path), components))
      if (why !== undefined) this.#choice.leaveOut(fingerprint(path), why)
      else if (parent !== undefined) append(byHash, parent, path)
      else this.#choice.keep(fingerprint(path))
      if (parent !== undefined) continue
      const inDirectory = digests.get(directoryOf(path)) ?? { kept: new Set(), leftOut: undefined }
      digests.set(directoryOf(path), inDirectory)
      if (why !== undefined) inDirectory.leftOut ??= why
    }
    await this.#chooseByHash(paths, byHash, digests)
  }

  /** Where files of several architectures lie together, only those under by-hash stay that are one of what stays. */
  async #chooseByHash(
    paths: readonly string[],
    byHash: ReadonlyMap<string, readonly string[]>,
    digests: ReadonlyMap<string, { readonly kept: Set<string>; readonly leftOut: LeftOutReason | undefined }>,
  ): Promise<void> {
    const { tree, signal } = this.#options
    for (const path of paths) {
      const mixed = digests.get(directoryOf(path))
      const isKept = mixed?.leftOut !== undefined && byHash.has(directoryOf(path)) && this.#choice.of(path) === 'kept'
      if (isKept && tree.find(path)?.type === 'f') mixed.kept.add(await tree.digest(path, 'sha256', signal))
    }
    for (const [directory, files] of byHash) {
      const { kept = new Set<string>(), leftOut } = digests.get(directory) ?? {}
      for (const path of files) {
        const isIn =
          leftOut === undefined ||
          (tree.find(path)?.type === 'f' && kept.has(await tree.digest(path, 'sha256', signal)))
        if (isIn) this.#choice.keep(fingerprint(path))
        else this.#choice.leaveOut(fingerprint(path), leftOut)
      }
    }
  }

  #indicesOf(suite: Suite): IndexToRead[] {
    const { tree } = this.#options
    const base = new Base(tree, suite.place)
    return groupIndices(suite.release.files.values()).flatMap(group => {
      const { kind } = group
      if ((kind !== 'packages' && kind !== 'sources') || this.#isLeftOut(suite, group)) return []
      const path = cheapestForm(tree, suite, group)
      if (path !== undefined) return [{ base, kind, path }]
      // Parts that the whole snapshot does not have name nothing; a form that cannot be read may name anything.
      const isThere = [...group.forms.values()].some(
        file => tree.find(joinPath(suite.place.directory, file.path)) !== undefined,
      )
      if (isThere) this.#isComplete = false
      return []
    })
  }

  #isLeftOut({ place }: Suite, { forms }: IndexGroup): boolean {
    return [...forms.values()].some(file => {
      const reason = this.#choice.of(joinPath(place.directory, file.path))
      return reason !== undefined && reason !== 'kept'
    })
  }

  /** `passing` gets the files that are in unless they are too old. */
  async #readIndex(
    { base, kind, path }: IndexToRead,
    newest: Newest<string> | undefined,
    passing: number[],
    whyNotPath: WhyNotPath,
  ): Promise<void> {
    const { tree, unpacker, signal } = this.#options
    const chunks = unpacker.unpack(
      tree.read(path, signal),
      unpacker.formatOf(path),
      { maxBytes: maxIndexBytes },
      signal,
    )
    const wanted = kind === 'packages' ? packageFields : sourceFields
    for await (const paragraph of readControl(chunks, { wanted })) {
      const entry = this.#entryOf(kind, paragraph)
      if (entry === undefined) continue
      const { name, version, architecture } = entry
      const files: number[] = []
      for (const file of entry.files) {
        const place = base.pathOf(file.path)
        const why = this.#whyNotPackage(name, architecture, place) ?? whyNotPath(place)
        if (why === undefined) files.push(fingerprint(place))
        else this.#choice.leaveOut(fingerprint(place), why)
      }
      if (files.length === 0) continue
      newest?.add(copy(`${name} ${architecture}`), copy(version), files)
      passing.push(...files)
    }
  }

  #whyNotPackage(name: string, architecture: string, path: string): LeftOutReason | undefined {
    const { filter } = this.#options
    const isDebug = architecture !== 'source' && (debugName.test(name) || path.endsWith('.ddeb'))
    return whyNotArchitecture(filter, architecture) ?? (isDebug && !filter.debug ? 'debug' : undefined)
  }

  #entryOf(kind: IndexToRead['kind'], paragraph: Parameters<typeof packageEntryOf>[0]) {
    try {
      if (kind === 'sources') return { ...sourceEntryOf(paragraph), architecture: 'source' }
      const { name, version, architecture, file } = packageEntryOf(paragraph)
      const files: readonly ListedFile[] = [file]
      return { name, version, architecture, files }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      this.#isComplete = false
      return undefined
    }
  }

  async #tolerant<T>(act: () => Promise<T>): Promise<T | undefined> {
    return await unlessMalformed(act, () => {
      this.#isComplete = false
    })
  }
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}

/** A text of its own, which holds on to nothing else. */
function copy(text: string): string {
  return Buffer.from(text).toString()
}
