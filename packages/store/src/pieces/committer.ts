import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Database } from '@repocast/database'
import { DurableBatch, type Filesystem, isThere } from '@repocast/files'
import type { ObjectId } from '@repocast/objects'
import { toBytes } from '../catalog/catalog.ts'
import type { Layout } from '../layout.ts'
import type { ObjectFiles } from '../objects/object-files.ts'
import { PlacingJournal } from '../objects/placing-journal.ts'
import type { OpenFiles } from './open-files.ts'

/** What a pack storage hands to the committer. */
export interface PieceLedger {
  /** Row number of the pack. */
  readonly packNumber: number
  /** A copy of the pieces that are written, as a bitfield. */
  snapshot(): Uint8Array
  /** Whether every object of the pack lies under its final name. */
  readonly isWhole: boolean
  /** Objects that have just come to lie under their final names. */
  placed(ids: Iterable<ObjectId>): void
}

const commitAfterMilliseconds = 2000
const commitAfterObjects = 10_000

/**
 * Makes received pieces durable, many at a time. The order is the promise: first the bytes of every file that was
 * written to are synced, finished objects get their final names, and the directories are synced; only then does
 * the catalog say that the objects and pieces are there.
 */
export class Committer {
  readonly #layout: Layout
  readonly #catalog: Database
  readonly #objects: ObjectFiles
  readonly #files: OpenFiles
  readonly #filesystem: Filesystem
  readonly #record
  readonly #selectPacks
  readonly #journal: PlacingJournal
  readonly #onError: (error: unknown) => void
  #touched = new Set<string>()
  /** Sizes of objects that wait for their final names. */
  #finished = new Map<ObjectId, number>()
  /** Every open pack: an object may be in several of them. */
  readonly #open = new Set<PieceLedger>()
  #ledgers = new Set<PieceLedger>()
  /** How often what is held has changed: by commits, and by losses. */
  #changes = 0
  #timer: NodeJS.Timeout | undefined
  #isStopped = false
  /** What the journal holds of commits that failed. */
  #journalled: (number | bigint)[] = []
  #running: Promise<void> = Promise.resolve()

  constructor(
    layout: Layout,
    catalog: Database,
    objects: ObjectFiles,
    files: OpenFiles,
    filesystem: Filesystem,
    onError: (error: unknown) => void,
  ) {
    this.#layout = layout
    this.#catalog = catalog
    this.#objects = objects
    this.#files = files
    this.#filesystem = filesystem
    this.#onError = onError
    this.#journal = new PlacingJournal(catalog)
    this.#selectPacks = catalog.prepare<[Buffer], { pack: number }>('SELECT pack FROM pack_objects WHERE object = ?')
    // A pack that was removed meanwhile is passed over.
    this.#record = catalog.prepare<[Uint8Array, number]>(
      `INSERT INTO pieces (pack, have) SELECT number, ? FROM packs WHERE number = ?
       ON CONFLICT (pack) DO UPDATE SET have = excluded.have`,
    )
  }

  get changes(): number {
    return this.#changes
  }

  /** Says that objects are not there any more. */
  heldHasChanged(): void {
    this.#changes += 1
  }

  /** Says that a pack is open, and wants to hear of every object that is placed, whoever has received it. */
  open(ledger: PieceLedger): void {
    this.#open.add(ledger)
  }

  close(ledger: PieceLedger): void {
    this.#open.delete(ledger)
  }

  /** Says that bytes were written to the partial file of an object. */
  touch(id: ObjectId, ledger: PieceLedger): void {
    this.#touched.add(this.#layout.partialObject(id))
    this.#ledgers.add(ledger)
    this.#schedule()
  }

  /** Says that a piece is there, all of whose files were touched before. */
  change(ledger: PieceLedger): void {
    this.#ledgers.add(ledger)
    this.#schedule()
  }

  /** Says that the partial file of an object holds all of its bytes, and that they were verified; it need not be touched. */
  finish(id: ObjectId, size: number, ledger: PieceLedger): void {
    this.#finished.set(id, size)
    this.#ledgers.add(ledger)
    this.#schedule(this.#finished.size === commitAfterObjects ? 0 : commitAfterMilliseconds)
  }

  /** Resolves when not too much waits for a commit: disks may take longer to make files durable than peers to send them. */
  async room(): Promise<void> {
    while (this.#finished.size >= 2 * commitAfterObjects && !this.#isStopped) await this.flush()
  }

  /** Makes all that was said up to now durable. @throws RepocastError REPOCAST_DISK_FULL, REPOCAST_DISK_REFUSED */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const before = this.#running
    const run = before.catch(() => {}).then(async () => await this.#commit())
    this.#running = run
    await run
  }

  /** Forgets the timer; what was not flushed is written, but not recorded. */
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  #schedule(afterMilliseconds = commitAfterMilliseconds): void {
    if (this.#isStopped) return
    if (afterMilliseconds === 0) clearTimeout(this.#timer)
    else if (this.#timer) return
    this.#timer = setTimeout(() => void this.flush().catch(this.#onError), afterMilliseconds)
  }

  async #commit(): Promise<void> {
    const [touched, finished, ledgers] = [this.#touched, this.#finished, this.#ledgers]
    if (ledgers.size === 0) return
    this.#touched = new Set()
    this.#finished = new Map()
    this.#ledgers = new Set()
    const snapshots = [...ledgers].map(ledger => ({ ledger, have: ledger.snapshot() }))
    try {
      const placed = this.#knownOf(finished)
      if (placed.size < finished.size) this.#journalled.push(this.#journal.begin(finished))
      await this.#place(touched, finished, placed)
      this.#catalog.transaction(() => {
        for (const [id, size] of finished) this.#objects.note(id, size)
        for (const { ledger, have } of snapshots) this.#record.run(have, ledger.packNumber)
        for (const entry of this.#journalled) this.#journal.end(entry)
      })()
      this.#journalled = []
      this.#changes += 1
    } catch (error) {
      // Nothing was recorded: all of it is tried again with the next commit.
      for (const path of touched) this.#touched.add(path)
      for (const [id, size] of finished) this.#finished.set(id, size)
      for (const ledger of ledgers) this.#ledgers.add(ledger)
      this.#schedule()
      throw error
    }
    this.#tellPlaced(finished.keys())
  }

  /** Tells open packs which of their objects lie under their final names now, whichever pack has brought them. */
  #tellPlaced(ids: Iterable<ObjectId>): void {
    const incomplete = [...this.#open].filter(ledger => !ledger.isWhole)
    const placed = new Map<number, ObjectId[]>(incomplete.map(({ packNumber }) => [packNumber, []]))
    // the catalog knows where an object is; to ask each of many packs for each of many objects would take long
    this.#catalog.transaction(() => {
      for (const id of ids) for (const { pack } of this.#selectPacks.all(toBytes(id))) placed.get(pack)?.push(id)
    })()
    for (const ledger of incomplete) ledger.placed(placed.get(ledger.packNumber) ?? [])
  }

  /** Those of `objects` that lie under their final names: another pack was faster, or a commit failed behind its renames. */
  #knownOf(objects: ReadonlyMap<ObjectId, number>): Set<ObjectId> {
    const hasFailed = this.#journalled.length > 0
    return this.#catalog.transaction(() => {
      const known = new Set<ObjectId>()
      for (const [id, size] of objects) {
        if (this.#objects.has(id) || (hasFailed && this.#objects.find(id, size))) known.add(id)
      }
      return known
    })()
  }

  async #place(
    touched: ReadonlySet<string>,
    finished: ReadonlyMap<ObjectId, number>,
    placed: ReadonlySet<ObjectId>,
  ): Promise<void> {
    const batch = new DurableBatch(this.#filesystem)
    const leaving = new Set<string>()
    for (const id of finished.keys()) {
      const partial = this.#layout.partialObject(id)
      leaving.add(partial)
      if (placed.has(id)) {
        // Perhaps by a commit that failed behind the rename: then its name is not durable yet.
        batch.keepNames(dirname(this.#layout.object(id)))
        await rm(partial, { force: true })
      } else batch.place(partial, this.#layout.object(id))
    }
    // a partial file goes away when another pack that holds its object was faster
    for (const path of touched) if (!leaving.has(path) && isThere(path)) batch.keep(path)
    await batch.commit()
    for (const path of leaving) if (this.#files.has(path)) await this.#files.forget(path)
  }
}
