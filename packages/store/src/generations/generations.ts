import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Database } from '@repocast/database'
import { type Filesystem, onDisk, replaceLink } from '@repocast/files'
import type { ObjectId, RepositoryName, SnapshotRecord, TreeReader } from '@repocast/objects'
import { durably, toObjectId } from '../catalog/catalog.ts'
import type { Layout } from '../layout.ts'
import { UnsettledSwaps } from '../swaps/unsettled-swaps.ts'
import { AddedNames } from './added-names.ts'
import type { Checkout } from './checkout.ts'
import { type BuildOptions, GenerationBuilder } from './generation-builder.ts'
import { type Generation, GenerationRows } from './generation-rows.ts'
import { type GenerationId, type Grace, KeptFiles } from './kept-files.ts'
import { removeLeftovers, removeUnknown } from './remove-generation.ts'
import { ServedLinks } from './served-links.ts'
import { Turns } from './turns.ts'

/**
 * Builds generations and moves the served path from one to the next. A generation that nobody serves is recycled by
 * applying the difference of two trees to it, so that an update costs what changed.
 *
 * What is durable when: the row that says `building` from which tree to which, then the changes, then the row that
 * says `ready`, then the served path. What any link of ours leads to is never changed, whatever its row says, but for
 * entries that are not as its snapshot says: these are mended, each in one step. One thing at a time in each repository.
 */
export class Generations {
  readonly #layout: Layout
  readonly #catalog: Database
  /** What generations have of earlier snapshots, besides their own. */
  readonly kept: KeptFiles
  /** What generations have that no snapshot has. */
  readonly added: AddedNames
  /** Swaps after which something is still to be done. */
  readonly unsettled: UnsettledSwaps
  readonly #rows: GenerationRows
  readonly #links: ServedLinks
  readonly #builder: GenerationBuilder
  readonly #turns = new Turns<RepositoryName>()

  /** `onMissing` is told of an object that is not there when it is to be checked out. */
  constructor(
    layout: Layout,
    filesystem: Filesystem,
    catalog: Database,
    read: TreeReader,
    onMissing: (id: ObjectId) => void,
  ) {
    this.#layout = layout
    this.#catalog = catalog
    this.kept = new KeptFiles(layout, catalog, read)
    this.added = new AddedNames(layout, catalog)
    this.unsettled = new UnsettledSwaps(catalog)
    this.#rows = new GenerationRows(layout, catalog)
    this.#links = new ServedLinks(layout, catalog)
    const { kept, added } = this
    this.#builder = new GenerationBuilder({
      layout,
      filesystem,
      catalog,
      read,
      onMissing,
      rows: this.#rows,
      kept,
      added,
    })
  }

  /** Of one repository, by number. */
  list(repository: RepositoryName): Generation[] {
    return this.#rows.list(repository).map(row => this.#rows.generation(repository, row))
  }

  /** The generation that `servedPath` points to; undefined when there is nothing yet, or a link to something else. */
  async served(repository: RepositoryName, servedPath: string): Promise<Generation | undefined> {
    const served = await this.#links.numberAt(repository, servedPath)
    return this.list(repository).find(
      ({ number, isReady }) => number === served && isReady && this.#rows.isThere(repository, number),
    )
  }

  /**
   * Checks the snapshot `record` out into a generation that is not served.
   * @throws RepocastError REPOCAST_OBJECT_MISSING when an object is not in the store, REPOCAST_DISK_FULL,
   *   REPOCAST_DISK_REFUSED; the reason of `signal`
   */
  async build(record: SnapshotRecord, servedPath: string, options: BuildOptions = {}): Promise<Generation> {
    return await this.#turns.take(record.repository, async () => await this.#build(record, servedPath, options))
  }

  async #build(record: SnapshotRecord, servedPath: string, options: BuildOptions): Promise<Generation> {
    const linked = await this.#links.numbers(record.repository, servedPath)
    const rows = this.#rows.list(record.repository)
    const free = rows.filter(({ number }) => !linked.has(number) && this.#rows.isThere(record.repository, number))
    const ready = free.find(row => row.state === 'ready' && toObjectId(row.root) === record.root.id)
    const served = options.keepRemoved && (await this.served(record.repository, servedPath))
    const keep = { ...options, served }
    if (ready) return await this.#builder.relabel(record, ready, keep)
    const unfinished = free.find(row => row.state === 'building')
    const number = Math.max(0, ...linked, ...rows.map(row => row.number)) + 1
    return await this.#builder.build(record, unfinished ?? free[0] ?? { number }, keep)
  }

  /**
   * Makes a second generation of a snapshot that is served, so that the next update has one to recycle. Does nothing
   * when there is one. Costs a hard link per file, once.
   * @throws as `build`
   */
  async prepareSpare(record: SnapshotRecord, servedPath: string, options: BuildOptions = {}): Promise<void> {
    await this.#turns.take(record.repository, async () => await this.#prepareSpare(record, servedPath, options))
  }

  async #prepareSpare(record: SnapshotRecord, servedPath: string, options: BuildOptions): Promise<void> {
    const linked = await this.#links.numbers(record.repository, servedPath)
    const free = this.list(record.repository).filter(({ number }) => !linked.has(number))
    const hasSpare = free.some(({ isReady, number }) => isReady && this.#rows.isThere(record.repository, number))
    if (linked.size > 0 && !hasSpare) await this.#build(record, servedPath, options)
  }

  /** Whether a generation has this name, raw bytes, for a reason, although its snapshot has not. */
  hasBesides(generation: GenerationId, name: Buffer): boolean {
    return this.kept.has(generation, name) || this.added.has(generation, name)
  }

  /**
   * Adds a file of this mirror's own to a generation, served or not; durable when this returns.
   * @returns false when something else is at its place, which stays, or the generation is not there any more
   * @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
   */
  async addFile(generation: Generation, path: string, text: string): Promise<boolean> {
    let isAdded = false
    await this.mend(generation, async checkout => {
      isAdded = this.added.add(checkout, generation, path, text)
    })
    return isAdded
  }

  /** Removes the files of this mirror's own from a generation. @throws RepocastError REPOCAST_DISK_REFUSED */
  async removeAdded(generation: Generation): Promise<void> {
    await this.mend(generation, async checkout => await this.added.removeAll(checkout, generation))
  }

  /**
   * Makes `servedPath` a link to the generation, in one step, durable when this returns. If it is another snapshot than
   * before, the swap is unsettled from then on.
   * @throws RepocastError REPOCAST_SERVED_PATH_TAKEN, REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED
   */
  async swap(generation: Generation, servedPath: string): Promise<void> {
    await onDisk('make', dirname(servedPath), async () => await mkdir(dirname(servedPath), { recursive: true }))
    const { repository, serial } = generation
    const before = await this.served(repository, servedPath)
    durably(this.#catalog, () => {
      this.#links.note(repository, servedPath)
      if (before?.serial !== serial) this.unsettled.note(repository, serial, before?.serial, new Date())
    })
    await replaceLink(generation.directory, servedPath)
  }

  /** Removes the generations of a repository that are neither served nor the one spare; by choice the spare, too. */
  async prune(
    repository: RepositoryName,
    servedPath: string,
    { keepsSpare = true }: { readonly keepsSpare?: boolean } = {},
  ): Promise<void> {
    await this.#turns.take(repository, async () => await this.#prune(repository, servedPath, keepsSpare))
  }

  async #prune(repository: RepositoryName, servedPath: string, keepsSpare: boolean): Promise<void> {
    const linked = await this.#links.numbers(repository, servedPath)
    const others = this.list(repository).filter(({ number }) => !linked.has(number))
    const [spare] = others.filter(({ number }) => keepsSpare && this.#rows.isThere(repository, number))
    for (const { number } of others) if (number !== spare?.number) await this.#builder.remove({ repository, number })
    await removeLeftovers(this.#layout, repository)
    const known = [...linked, ...this.list(repository).map(({ number }) => number)]
    await removeUnknown(this.#layout, repository, new Set(known))
  }

  /** Removes all that is checked out of a repository, and the links that lead there. @throws RepocastError REPOCAST_DISK_REFUSED */
  async removeAll(repository: RepositoryName): Promise<void> {
    await this.#turns.take(repository, async () => {
      await this.#links.remove(repository)
      for (const { number } of this.list(repository)) await this.#builder.remove({ repository, number })
      await removeLeftovers(this.#layout, repository)
      const directory = this.#layout.generationsOf(repository)
      await onDisk('remove', directory, async () => await rm(directory, { recursive: true, force: true }))
    })
  }

  /** Those that have generations. */
  repositories(): RepositoryName[] {
    return this.#rows.repositories()
  }

  /**
   * Lets `act` mend entries of a generation while nothing else changes it. Does nothing when it is not there any more, or
   * is not what it was.
   * @returns whether it was what it was  @throws what `act` throws; RepocastError REPOCAST_DISK_REFUSED
   */
  async mend({ repository, number, root }: Generation, act: (checkout: Checkout) => Promise<void>): Promise<boolean> {
    return await this.#turns.take(repository, async () => {
      const now = this.list(repository).find(other => other.number === number)
      if (!now?.isReady || now.root !== root || !this.#rows.isThere(repository, number)) return false
      const checkout = this.#builder.checkout({ repository, number })
      await act(checkout)
      await checkout.sync()
      return true
    })
  }

  /**
   * Removes files that were kept and whose time is over.
   * @returns how many names  @throws RepocastError REPOCAST_DISK_REFUSED
   */
  async dropKept(repository: RepositoryName, grace: Grace): Promise<number> {
    return await this.#turns.take(repository, async () => {
      let dropped = 0
      for (const { number, isReady, root } of this.list(repository)) {
        if (!isReady || !this.#rows.isThere(repository, number)) continue
        const checkout = this.#builder.checkout({ repository, number })
        dropped += await this.kept.removeExpired(checkout, { repository, number, root }, grace)
      }
      return dropped
    })
  }

  /** Removes a generation whose building was interrupted: what it was made of is damaged. */
  async discardUnfinished({ repository, number }: Generation): Promise<void> {
    await this.#turns.take(repository, async () => {
      const now = this.list(repository).find(other => other.number === number)
      if (now?.isReady === false) await this.#builder.remove({ repository, number })
    })
  }

  /** The paths under which a repository was ever served, absolute. */
  servedPaths(repository: RepositoryName): string[] {
    return this.#links.paths(repository)
  }
}
