import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Database } from '@repocast/database'
import { isRepocastError } from '@repocast/errors'
import { type Filesystem, onDisk } from '@repocast/files'
import { diffTrees, type ObjectId, type SnapshotRecord, type TreeReader } from '@repocast/objects'
import { durably, toBytes, toObjectId } from '../catalog/catalog.ts'
import type { Layout } from '../layout.ts'
import type { AddedNames } from './added-names.ts'
import { Checkout, removeAll } from './checkout.ts'
import type { Generation, GenerationRow, GenerationRows } from './generation-rows.ts'
import type { GenerationId, Grace, KeptFiles } from './kept-files.ts'
import { removeGeneration } from './remove-generation.ts'

export interface BuildOptions {
  readonly signal?: AbortSignal
  /** Called now and then with the number of entries that were changed. */
  readonly onProgress?: (progress: { readonly entries: number }) => void
  /** Files that the served snapshot has, and this one has not, stay for so long; not at all when it is left out. */
  readonly keepRemoved?: Grace | undefined
}

/** How what the served snapshot has more is kept. */
export interface KeepOptions extends BuildOptions {
  readonly served: Generation | undefined
}

/** Entries that are changed before the event loop gets its turn. */
const entriesPerTurn = 64

interface Surroundings {
  readonly layout: Layout
  readonly filesystem: Filesystem
  readonly catalog: Database
  readonly read: TreeReader
  /** Is told of an object that is not there when it is to be checked out. */
  readonly onMissing: (id: ObjectId) => void
  readonly rows: GenerationRows
  readonly kept: KeptFiles
  readonly added: AddedNames
}

/**
 * Brings the directory of a generation that nobody serves to a snapshot, by the difference of two trees. Each step looks
 * at what is there first, and the row says from which tree to which it goes, so that a kill leaves what can be finished.
 */
export class GenerationBuilder {
  readonly #with: Surroundings

  constructor(surroundings: Surroundings) {
    this.#with = surroundings
  }

  /** Changes the directory of a generation. */
  checkout({ repository, number }: GenerationId): Checkout {
    const { layout, filesystem, onMissing } = this.#with
    return new Checkout(layout, filesystem, layout.generation(repository, number), onMissing)
  }

  /** @param start the generation to recycle, or the number of a new one @throws as `Generations.build` */
  async build(
    record: SnapshotRecord,
    start: GenerationRow | { readonly number: number },
    options: KeepOptions,
  ): Promise<Generation> {
    const { repository } = record
    if (!('root' in start)) return await this.#advance(record, start.number, null, options)
    try {
      const base = start.state === 'building' ? await this.#finishInterrupted(record, start, options) : start.root
      return await this.#advance(record, start.number, base, options)
    } catch (error) {
      if (!isRepocastError(error, 'REPOCAST_OBJECT_MISSING', 'REPOCAST_OBJECT_ROTTEN')) throw error
      // What the old generation was made of cannot be read any more: begin with an empty one.
      await this.remove({ repository, number: start.number })
      return await this.#advance(record, start.number, null, options)
    }
  }

  /** A generation that holds the tree already; the attributes of its top directory may be others. */
  async relabel(record: SnapshotRecord, row: GenerationRow, options: KeepOptions): Promise<Generation> {
    const { repository, serial, root } = record
    const checkout = this.checkout({ repository, number: row.number })
    await this.#removeBesides(checkout, { repository, number: row.number }, row.root)
    await this.#keepRemoved(checkout, record, row.number, options)
    checkout.finish(root)
    await checkout.sync()
    return this.#with.rows.put(repository, { ...row, serial, state: 'ready', base: null })
  }

  /** Brings a generation whose building was interrupted to the tree that it was on its way to. */
  async #finishInterrupted(record: SnapshotRecord, row: GenerationRow, options: BuildOptions): Promise<Buffer> {
    const checkout = this.checkout({ repository: record.repository, number: row.number })
    await this.#removeBesides(checkout, { repository: record.repository, number: row.number }, row.base)
    await this.#applyAll(checkout, row.base, row.root, options)
    // Only when it is durable may the row say that this is what the next step starts from.
    await checkout.sync()
    return row.root
  }

  async #advance(
    record: SnapshotRecord,
    number: number,
    base: Buffer | null,
    options: KeepOptions,
  ): Promise<Generation> {
    const { repository, serial, root } = record
    const target = toBytes(root.id)
    const directory = this.#with.layout.generation(repository, number)
    const isNew = !this.#with.rows.list(repository).some(other => other.number === number)
    // What lies under the name of a new generation is of no catalog that we know.
    if (isNew) {
      removeAll(Buffer.from(directory))
      this.#forgetBesides({ repository, number })
    }
    this.#with.rows.put(repository, { number, state: 'building', serial, root: target, base })
    await onDisk('make', directory, async () => await mkdir(dirname(directory), { recursive: true }))
    const checkout = this.checkout({ repository, number })
    if (!isNew) await this.#removeBesides(checkout, { repository, number }, base)
    await this.#applyAll(checkout, base, target, options)
    await this.#keepRemoved(checkout, record, number, options)
    checkout.finish(root)
    await checkout.sync()
    return this.#with.rows.put(repository, { number, state: 'ready', serial, root: target, base: null })
  }

  /** Makes a generation exactly its snapshot again, that of the tree `root`. */
  async #removeBesides(checkout: Checkout, of: GenerationId, root: Buffer | null): Promise<void> {
    await this.#with.added.removeAll(checkout, of)
    await this.#with.kept.removeAll(checkout, of, root ? toObjectId(root) : undefined)
  }

  #forgetBesides(of: GenerationId): void {
    this.#with.added.forget(of)
    this.#with.kept.forget(of)
  }

  async #keepRemoved(checkout: Checkout, record: SnapshotRecord, number: number, options: KeepOptions): Promise<void> {
    const { served, keepRemoved, signal } = options
    if (served === undefined || keepRemoved === undefined) return
    await this.#with.kept.keep(
      checkout,
      { repository: record.repository, number },
      record.root.id,
      served,
      keepRemoved,
      signal,
    )
  }

  async #applyAll(checkout: Checkout, base: Buffer | null, target: Buffer, options: BuildOptions): Promise<void> {
    let entries = 0
    const before = base ? toObjectId(base) : undefined
    for await (const change of diffTrees(this.#with.read, before, toObjectId(target))) {
      checkout.apply(change)
      entries += 1
      if (checkout.isFull) await checkout.sync()
      if (entries % entriesPerTurn > 0) continue
      await nextTurn()
      options.signal?.throwIfAborted()
      options.onProgress?.({ entries })
    }
    options.onProgress?.({ entries })
  }

  /** Removes a generation, whole or in part. @throws RepocastError REPOCAST_DISK_REFUSED */
  async remove(of: GenerationId): Promise<void> {
    const { layout, catalog, rows } = this.#with
    await removeGeneration(layout, of, () => {
      durably(catalog, () => {
        this.#forgetBesides(of)
        rows.delete(of)
      })
    })
  }
}
