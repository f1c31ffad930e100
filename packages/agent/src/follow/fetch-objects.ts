import { isRepocastError, RepocastError } from '@repocast/errors'
import type { InfoHash, ObjectId } from '@repocast/objects'
import type { Store } from '@repocast/store'
import type { Swarm, SwarmEvents } from '@repocast/swarm'
import type { OpenPack, SharedPacks } from './shared-packs.ts'

export interface FetchProgress {
  readonly bytesDone: number
  readonly bytesWanted: number
}

/**
 * Gathers what is wanted, as pieces of packs (not as a list of objects, of which there may be millions), and fetches
 * it from the swarm.
 */
export class ObjectFetch {
  readonly #store: Store
  readonly #swarm: Swarm
  readonly #sharedPacks: SharedPacks
  readonly #packs: ReadonlyMap<InfoHash, OpenPack>
  /** Those that lack something: a few, where there are many packs. */
  readonly #incomplete: OpenPack[]
  readonly #wanted = new Map<InfoHash, Set<number>>()
  #bytesWanted = 0
  /** Where the last object was found: those that follow each other in a tree mostly lie in one pack. */
  #latest: OpenPack | undefined

  constructor(store: Store, swarm: Swarm, sharedPacks: SharedPacks, packs: ReadonlyMap<InfoHash, OpenPack>) {
    this.#store = store
    this.#swarm = swarm
    this.#sharedPacks = sharedPacks
    this.#packs = packs
    this.#incomplete = [...packs.values()].filter(({ storage }) => !storage.isWhole)
  }

  /**
   * Wants those objects that the store has not.
   * @throws RepocastError REPOCAST_SNAPSHOT_INCOMPLETE when no pack of the snapshot holds it
   */
  want(ids: Iterable<ObjectId>): void {
    // in one transaction, since each question by itself would lock and unlock the catalog
    this.#store.catalog.transaction(() => {
      for (const id of ids) this.#want(id)
    })()
  }

  #want(id: ObjectId): void {
    if (this.#store.objects.has(id)) return
    const open = this.#holder(id)
    if (open === undefined) {
      throw new RepocastError('REPOCAST_SNAPSHOT_INCOMPLETE', {
        message: `no pack of the snapshot holds the object ${id}`,
        hint: 'the origin published an incomplete snapshot; tell its operator',
      })
    }
    this.#wantPieces(open, open.storage.missingPiecesOf(id))
  }

  /** Wants all that a pack lacks. */
  wantWhole(open: OpenPack): void {
    this.#wantPieces(open, open.storage.missingPieces())
  }

  #wantPieces(open: OpenPack, missing: Iterable<number>): void {
    const { infoHash } = open.storage.pack
    const pieces = this.#wanted.get(infoHash) ?? new Set()
    this.#wanted.set(infoHash, pieces)
    for (const piece of missing) {
      if (pieces.has(piece)) continue
      pieces.add(piece)
      this.#bytesWanted += open.storage.pack.pieceBytes(piece)
    }
  }

  /** The pack to fetch an object from: one that lacks something, if there is such. */
  #holder(id: ObjectId): OpenPack | undefined {
    if (this.#latest?.storage.pack.indexOf(id) !== undefined) return this.#latest
    this.#latest = this.#incomplete.find(({ storage }) => storage.pack.indexOf(id) !== undefined)
    if (this.#latest) return this.#latest
    const pack = this.#store.packs.locate(id).find(infoHash => this.#packs.has(infoHash))
    return pack && this.#packs.get(pack)
  }

  /** Bytes of the pieces that were wanted so far, and how many of them are here. */
  progress(): FetchProgress {
    let missing = 0
    for (const [infoHash, pieces] of this.#wanted) {
      const open = this.#packs.get(infoHash)
      if (open)
        for (const piece of pieces) if (!open.storage.hasPiece(piece)) missing += open.storage.pack.pieceBytes(piece)
    }
    return { bytesWanted: this.#bytesWanted, bytesDone: this.#bytesWanted - missing }
  }

  /** Asks the swarm for all that is wanted, and does not wait for it. */
  begin(): void {
    for (const [infoHash, pieces] of this.#wanted) this.#packs.get(infoHash)?.shared.want(pieces)
  }

  /**
   * Fetches all that is wanted; when this returns, it is in the store, verified and durable.
   * @throws what the storage throws (REPOCAST_DISK_FULL, REPOCAST_PACK_OBJECT_MISMATCH …); the reason of `signal`
   */
  async run(signal: AbortSignal): Promise<void> {
    const failed = new AbortController()
    const onFailure = (...[{ infoHash, operation, error }]: SwarmEvents['storageFailed']) => {
      // what the disk says is clearer than that a pack pauses
      if (operation === 'write' && this.#wanted.has(infoHash))
        failed.abort(isRepocastError(error.cause) ? error.cause : error)
    }
    this.#swarm.on('storageFailed', onFailure)
    const stop = AbortSignal.any([signal, failed.signal])
    try {
      this.begin()
      const waits = [...this.#wanted].map(async ([infoHash, pieces]) => {
        await this.#packs.get(infoHash)?.shared.done(pieces, { signal: stop })
      })
      await Promise.all(waits)
      for (const infoHash of this.#wanted.keys()) await this.#packs.get(infoHash)?.storage.flush()
    } catch (error) {
      if (!signal.aborted) for (const infoHash of this.#wanted.keys()) await this.#sharedPacks.forget(infoHash)
      throw failed.signal.aborted ? failed.signal.reason : error
    } finally {
      this.#swarm.off('storageFailed', onFailure)
    }
  }
}
