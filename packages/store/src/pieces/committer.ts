import { rm } from 'node:fs/promises'
import type { Database } from '@repocast/database'
import { DurableBatch } from '@repocast/files'
import type { ObjectId } from '@repocast/objects'
import type { Layout } from '../layout.ts'
import type { ObjectFiles } from '../objects/object-files.ts'
import type { OpenFiles } from './open-files.ts'

/** What a pack storage hands to the committer. */
export interface PieceLedger {
  /** Row number of the pack. */
  readonly packNumber: number
  /** A copy of the pieces that are written, as a bitfield. */
  snapshot(): Uint8Array
  /** Objects that have just come to lie under their final names. */
  placed(ids: readonly ObjectId[]): void
}

interface Finished {
  readonly size: number
  readonly owners: Set<PieceLedger>
}

const commitAfterMilliseconds = 1000
const commitAfterObjects = 2000

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
  readonly #record
  readonly #onError: (error: unknown) => void
  #touched = new Set<string>()
  #finished = new Map<ObjectId, Finished>()
  #ledgers = new Set<PieceLedger>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(
    layout: Layout,
    catalog: Database,
    objects: ObjectFiles,
    files: OpenFiles,
    onError: (error: unknown) => void,
  ) {
    this.#layout = layout
    this.#catalog = catalog
    this.#objects = objects
    this.#files = files
    this.#onError = onError
    this.#record = catalog.prepare<[number, Uint8Array]>(
      'INSERT INTO pieces (pack, have) VALUES (?, ?) ON CONFLICT (pack) DO UPDATE SET have = excluded.have',
    )
  }

  /** Says that bytes were written to the partial file of an object. */
  touch(id: ObjectId, ledger: PieceLedger): void {
    this.#touched.add(this.#layout.partialObject(id))
    this.#ledgers.add(ledger)
    this.#schedule()
  }

  /** Says that the partial file of an object holds all of its bytes, and that they were verified. */
  finish(id: ObjectId, size: number, ledger: PieceLedger): void {
    const known = this.#finished.get(id)
    if (known) known.owners.add(ledger)
    else this.#finished.set(id, { size, owners: new Set([ledger]) })
    this.#ledgers.add(ledger)
    if (this.#finished.size >= commitAfterObjects) void this.flush().catch(this.#onError)
    else this.#schedule()
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
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.flush().catch(this.#onError), commitAfterMilliseconds)
  }

  async #commit(): Promise<void> {
    const [touched, finished, ledgers] = [this.#touched, this.#finished, this.#ledgers]
    if (ledgers.size === 0) return
    this.#touched = new Set()
    this.#finished = new Map()
    this.#ledgers = new Set()
    const snapshots = [...ledgers].map(ledger => ({ ledger, have: ledger.snapshot() }))
    try {
      await this.#place(touched, finished)
    } catch (error) {
      // Nothing was recorded: all of it is tried again with the next commit.
      for (const path of touched) this.#touched.add(path)
      for (const [id, entry] of finished) this.#finished.set(id, entry)
      for (const ledger of ledgers) this.#ledgers.add(ledger)
      throw error
    }
    this.#catalog.transaction(() => {
      for (const [id, { size }] of finished) this.#objects.note(id, size)
      for (const { ledger, have } of snapshots) this.#record.run(ledger.packNumber, have)
    })()
    for (const { ledger } of snapshots) {
      ledger.placed([...finished].filter(([, { owners }]) => owners.has(ledger)).map(([id]) => id))
    }
  }

  async #place(touched: ReadonlySet<string>, finished: ReadonlyMap<ObjectId, Finished>): Promise<void> {
    const batch = new DurableBatch(this.#layout.directory)
    const leaving = new Set<string>()
    for (const [id, { size }] of finished) {
      const partial = this.#layout.partialObject(id)
      leaving.add(partial)
      if (await this.#objects.find(id, size)) await rm(partial, { force: true })
      else batch.place(partial, this.#layout.object(id))
    }
    for (const path of touched) if (!leaving.has(path)) batch.keep(path)
    await batch.commit()
    for (const path of leaving) await this.#files.forget(path)
  }
}
