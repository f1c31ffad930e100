import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '@repocast/database'
import { describeError, type Logger } from '@repocast/errors'
import { Filesystem, type HashPool, onDisk } from '@repocast/files'
import { emptyBlobId, type InfoHash, type ObjectId, type RepositoryName } from '@repocast/objects'
import type { IsVolatile, RestingPack } from '@repocast/packs'
import { openCatalog } from './catalog/catalog.ts'
import { openRebuildableCatalog } from './catalog/rebuildable-catalog.ts'
import { type CollectOptions, collect, finishCollection } from './collect/collect.ts'
import { CollectionLog } from './collect/collection-log.ts'
import { type CollectionPlan, planCollection } from './collect/plan-collection.ts'
import { Losses } from './damage/losses.ts'
import { Scrub } from './damage/scrub.ts'
import { ScrubLog } from './damage/scrub-log.ts'
import { removeAll } from './generations/checkout.ts'
import { Generations } from './generations/generations.ts'
import { Layout } from './layout.ts'
import { AdoptedFiles } from './objects/adopted-files.ts'
import { Digests } from './objects/digests.ts'
import { Ingest } from './objects/ingest.ts'
import { ObjectFiles } from './objects/object-files.ts'
import { PlacingJournal } from './objects/placing-journal.ts'
import { Orders } from './orders/orders.ts'
import { PackShelf } from './packs/pack-shelf.ts'
import { Committer } from './pieces/committer.ts'
import { OpenFiles } from './pieces/open-files.ts'
import { openPackStorage } from './pieces/open-pack.ts'
import type { PackStorage } from './pieces/pack-storage.ts'
import { ScanCache } from './scan/scan-cache.ts'
import { type Released, release } from './selections/release.ts'
import { Selections } from './selections/selections.ts'
import { ChannelIndex } from './snapshots/channel-index.ts'
import { Inventory } from './snapshots/inventory.ts'
import { Snapshots } from './snapshots/snapshots.ts'
import { WaitingSnapshots } from './swaps/waiting-snapshots.ts'

export interface StoreOptions {
  readonly directory: string
  readonly logger: Logger
  readonly hashPool: HashPool
  /** Whether a damaged catalog is made again: that of a mirror, which can have all that was in it once more. */
  readonly mayRebuildCatalog?: boolean
}

/** Files that stay open for reading and writing pieces, at most. */
const openFilesLimit = 256

/** What nobody has looked at for so long leaves memory. */
const restMilliseconds = 20_000

/** A data directory, opened. Whoever opened it closes it. */
export class Store {
  readonly layout: Layout
  readonly catalog: Database
  readonly objects: ObjectFiles
  readonly digests: Digests
  readonly packs: PackShelf
  readonly snapshots: Snapshots
  readonly selections: Selections
  readonly channels: ChannelIndex
  readonly generations: Generations
  /** What was damaged and is not healed yet. */
  readonly losses: Losses
  readonly scrubLog: ScrubLog
  readonly adoptedFiles: AdoptedFiles
  readonly collections: CollectionLog
  /** What the admin of a mirror wants. */
  readonly orders: Orders
  /** Snapshots whose delay is not over. */
  readonly waiting: WaitingSnapshots
  readonly #files = new OpenFiles(openFilesLimit)
  readonly #filesystem: Filesystem
  readonly #committer: Committer
  readonly #hashPool: HashPool
  readonly #logger: Logger
  readonly #opened = new Map<InfoHash, Promise<PackStorage>>()
  readonly #resting = new Map<InfoHash, RestingPack>()
  readonly #rester: NodeJS.Timeout
  #collecting: Promise<unknown> = Promise.resolve()

  constructor({ directory, logger, hashPool, mayRebuildCatalog = false }: StoreOptions) {
    this.layout = new Layout(directory)
    this.#filesystem = new Filesystem(directory)
    const { catalog } = this.layout
    this.catalog = mayRebuildCatalog ? openRebuildableCatalog(catalog, logger) : openCatalog(catalog)
    this.objects = new ObjectFiles(this.layout, this.catalog)
    this.digests = new Digests(this.catalog)
    this.packs = new PackShelf(this.layout, this.catalog)
    this.snapshots = new Snapshots(this.catalog)
    this.selections = new Selections(this.catalog)
    this.channels = new ChannelIndex(this.catalog)
    const onMissing = (id: ObjectId) => this.objects.onDamage?.(id)
    this.generations = new Generations(this.layout, this.#filesystem, this.catalog, this.objects.readTree, onMissing)
    this.losses = new Losses(this.catalog)
    this.scrubLog = new ScrubLog(this.catalog)
    this.adoptedFiles = new AdoptedFiles(this.catalog)
    this.collections = new CollectionLog(this.catalog)
    this.orders = new Orders(this.catalog)
    this.waiting = new WaitingSnapshots(this.catalog)
    this.#hashPool = hashPool
    this.#logger = logger
    this.#rester = setInterval(() => {
      for (const pack of this.#resting.values()) pack.rest()
      void this.#files.rest()
    }, restMilliseconds)
    this.#rester.unref()
    this.#committer = new Committer(this.layout, this.catalog, this.objects, this.#files, this.#filesystem, error =>
      logger.error({ error: describeError(error) }, 'received pieces could not be made durable, they are tried again'),
    )
  }

  /** Files and bytes on their way into the store. Only one process may ingest at a time. */
  ingest(): Ingest {
    return new Ingest(this.layout, this.catalog, this.objects, this.#filesystem)
  }

  /** Removes what a killed ingest or collection left. For whoever has the right to ingest, before anything comes in. */
  async removeLeftovers(): Promise<void> {
    await finishCollection(this.layout, this.catalog)
    for (const name of await readdir(this.layout.incoming)) await rm(join(this.layout.incoming, name), { force: true })
  }

  /** What earlier scans have found in the source tree at an absolute path. */
  scanCache(source: Buffer): ScanCache {
    return new ScanCache(this.catalog, source)
  }

  /** A temporary list of objects; `close` it. */
  inventory(isVolatile: IsVolatile): Inventory {
    return new Inventory(this.catalog, isVolatile)
  }

  /** The pieces of a pack; the same for all who ask. @throws as `PackShelf.open` */
  async openPack(infoHash: InfoHash): Promise<PackStorage> {
    const opened = this.#opened.get(infoHash) ?? this.#openPack(infoHash)
    this.#opened.set(infoHash, opened)
    try {
      return await opened
    } catch (error) {
      this.#opened.delete(infoHash)
      throw error
    }
  }

  /** Forgets the pieces of a pack, so that they are looked at anew when it is opened again. */
  closePack(infoHash: InfoHash): void {
    const opened = this.#opened.get(infoHash)
    this.#opened.delete(infoHash)
    this.#resting.delete(infoHash)
    void opened?.then(storage => this.#committer.close(storage)).catch(() => {})
  }

  /** Makes everything that was received durable. @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED */
  async flush(): Promise<void> {
    await this.#committer.flush()
  }

  /** Looks for damage. */
  scrub(): Scrub {
    const { layout, objects, generations, snapshots } = this
    const openPack = async (infoHash: InfoHash) => await this.openPack(infoHash)
    return new Scrub({ layout, objects, generations, snapshots, openPack, hashPool: this.#hashPool })
  }

  /**
   * Says that objects are damaged or gone: their files are removed, and the pieces of all packs that hold them are
   * missing from now on, until they have come again.
   * @returns open packs that have lost pieces, and how many objects were not lost before
   * @throws RepocastError REPOCAST_DISK_REFUSED
   */
  async lose(ids: readonly ObjectId[], what: string): Promise<{ readonly packs: InfoHash[]; readonly added: number }> {
    const open = await this.#openHolders(ids)
    for (const id of ids) await this.#files.forget(this.layout.object(id))
    // from here on without waiting, so that nobody sees one half of it
    const added = this.losses.note(ids, what)
    this.generations.kept.giveUp(ids)
    for (const id of ids) removeAll(Buffer.from(this.layout.object(id)))
    this.#committer.heldHasChanged()
    for (const storage of open) storage.lose(ids)
    if (ids.includes(emptyBlobId)) await this.objects.makeEmpty()
    return { packs: open.map(({ pack }) => pack.infoHash), added }
  }

  /** Removes a damaged copy of an object that has other attributes. @returns whether the object was not lost before */
  loseCopy(id: ObjectId, path: string, what: string): boolean {
    const isNew = this.losses.noteCopy(id, what)
    removeAll(Buffer.from(path))
    return isNew
  }

  /**
   * Says that lost objects have come again, by one pack of those that hold them.
   * @returns other open packs that have got pieces by it
   */
  async regain(ids: readonly ObjectId[]): Promise<InfoHash[]> {
    const open = await this.#openHolders(ids)
    return open.filter(storage => storage.regain()).map(({ pack }) => pack.infoHash)
  }

  /** The open packs that hold any of `ids`. */
  async #openHolders(ids: readonly ObjectId[]): Promise<PackStorage[]> {
    const holders = [...new Set(ids.flatMap(id => this.packs.locate(id)))]
    const opened = await Promise.allSettled(holders.map(infoHash => this.#opened.get(infoHash)))
    return opened.flatMap(one => (one.status === 'fulfilled' && one.value ? [one.value] : []))
  }

  /** What a collection would remove, if the packs `without` were not there. */
  planCollection(without: readonly InfoHash[] = []): CollectionPlan {
    return planCollection(this.catalog, without)
  }

  /** Removes the objects that no pack holds. One collection at a time. @returns what it removed @throws as `collect` */
  async collect(options: CollectOptions = {}): Promise<CollectionPlan> {
    const forget = async (path: string) => await this.#files.forget(path)
    const run = this.#collecting.then(async () => await collect(this.layout, this.catalog, forget, options))
    this.#collecting = run.catch(() => {})
    return await run
  }

  /**
   * Removes what the filter of a repository leaves out since it was changed. One collection at a time.
   * @returns undefined when it has to be tried again @throws as `release`
   */
  async release(repository: RepositoryName, signal?: AbortSignal): Promise<Released | undefined> {
    const openPack = async (infoHash: InfoHash) => await this.openPack(infoHash)
    const { layout, catalog, objects, snapshots, selections } = this
    const surroundings = { layout, catalog, objects, snapshots, selections, openPack }
    const [files, committer] = [this.#files, this.#committer]
    const run = this.#collecting.then(async () => {
      await committer.flush()
      return await release({ ...surroundings, files, committer }, repository, signal)
    })
    this.#collecting = run.catch(() => {})
    return await run
  }

  async close(): Promise<void> {
    clearInterval(this.#rester)
    await this.#committer.flush().catch((error: unknown) => {
      this.#logger.error({ error: describeError(error) }, 'the last pieces could not be made durable')
    })
    this.#committer.stop()
    await this.#files.close()
    this.#filesystem.close()
    this.catalog.close()
  }

  async #openPack(infoHash: InfoHash): Promise<PackStorage> {
    const pack = await this.packs.open(infoHash)
    this.#resting.set(infoHash, pack)
    const surroundings = {
      layout: this.layout,
      objects: this.objects,
      files: this.#files,
      committer: this.#committer,
      hashPool: this.#hashPool,
      logger: this.#logger,
    }
    const storage = await openPackStorage(pack, this.packs.number(infoHash), this.catalog, surroundings)
    // one that is complete is looked at when a peer asks for it; at a start there may be hundreds
    if (storage.isWhole) pack.restNow()
    return storage
  }
}

/**
 * Opens or makes the store in a data directory, which must exist.
 * @throws what `openDatabase` throws; RepocastError REPOCAST_DISK_REFUSED
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const store = await onDisk('open', options.directory, async () => new Store(options))
  try {
    const isNew = !store.objects.has(emptyBlobId)
    await store.objects.prepare()
    if (isNew) await store.packs.rebuild()
    new PlacingJournal(store.catalog).recover(store.objects)
    return store
  } catch (error) {
    store.catalog.close()
    throw error
  }
}
