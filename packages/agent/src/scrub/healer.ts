import { describeError, type Logger } from '@repocast/errors'
import type { InfoHash, ObjectId } from '@repocast/objects'
import type { Finding, Scrub, Store } from '@repocast/store'
import type { Swarm, SwarmEvents } from '@repocast/swarm'
import type { OpenPack } from '../follow/shared-packs.ts'
import { Wake } from '../follow/wake.ts'

export interface HealerOptions {
  readonly store: Store
  readonly scrub: Scrub
  readonly swarm: Swarm
  /** Opens a pack that the store knows, in store and swarm. */
  readonly open: (infoHash: InfoHash) => Promise<OpenPack>
  /** Makes objects anew that are in no pack, since they were made here. @returns whether `id` is one, made or not yet */
  readonly remake: (id: ObjectId) => Promise<boolean>
  /** Takes a pack out of swarm and memory, so that it is looked at anew. */
  readonly close: (infoHash: InfoHash) => Promise<void>
  readonly logger: Logger
}

const stepMs = 500
const idleMs = 60_000
/** To put objects into place takes a walk over all trees: when all are there, or after so long. */
const relinkMs = 10_000
/** A storage that refuses a piece is tried again after this. */
const refusedMs = 10_000

/**
 * Heals what is damaged: says in the store that it is missing, fetches it from the swarm, and puts it where it was. What
 * is not healed stands in the catalog, so that a restart goes on with it.
 */
export class Healer {
  readonly #with: HealerOptions
  readonly #wake = new Wake()
  /** Lost objects that are being fetched, and by which pack. */
  readonly #fetching = new Map<ObjectId, OpenPack>()
  readonly #refused = new Map<InfoHash, number>()
  #relinkAt = 0

  constructor(options: HealerOptions) {
    this.#with = options
    // a tree that could not be read when it was needed
    options.store.objects.onDamage = id => void this.lose([{ what: 'rotten', path: '', object: id }]).catch(() => {})
  }

  /**
   * Takes note of damaged objects and copies of them.
   * @throws RepocastError REPOCAST_DISK_REFUSED
   */
  async lose(findings: readonly Finding[]): Promise<void> {
    const { store, swarm, logger } = this.#with
    for (const { what, path, object, copyOf } of findings) {
      if (object) {
        const { packs, added } = await store.lose([object], what)
        store.scrubLog.count({ found: added })
        for (const infoHash of packs) await swarm.pack(infoHash)?.refresh()
        logger.warn({ object, what, path }, 'an object is damaged, it is fetched again')
      } else if (copyOf) {
        store.scrubLog.count({ found: store.loseCopy(copyOf, path, what) ? 1 : 0 })
        logger.warn({ object: copyOf, what, path }, 'a copy of an object is damaged, it is made again')
      }
    }
    this.#wake.call()
  }

  /** Heals what is lost now and later, until the signal. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, scrub, swarm, logger } = this.#with
    const onFailure = (...[{ infoHash, operation, piece }]: SwarmEvents['storageFailed']) => {
      if (operation === 'write') this.#refused.set(infoHash, performance.now())
      else {
        const look = async () => await this.lose(await scrub.piece(infoHash, piece))
        look().catch((error: unknown) => logger.error({ infoHash, piece, error: describeError(error) }, 'cannot look'))
      }
    }
    swarm.on('storageFailed', onFailure)
    while (!signal.aborted) {
      const start = performance.now()
      if (store.losses.count > 0) {
        await this.step().catch((error: unknown) => {
          logger.warn({ error: describeError(error) }, 'what is damaged could not be healed, it is tried again')
        })
      }
      const took = performance.now() - start
      const pause = store.losses.count > 0 ? Math.max(stepMs, 4 * took) : idleMs
      await this.#wake.sleep(pause, signal).catch(() => {})
    }
    swarm.off('storageFailed', onFailure)
  }

  /** Asks for what is missing, and puts into place what has come. */
  async step(): Promise<void> {
    const { store, scrub, logger } = this.#with
    const lost = store.losses.list()
    const there = lost.filter(id => store.objects.has(id))
    await this.#lookAtPacks()
    for (const id of lost) if (!this.#fetching.has(id) && !store.objects.has(id)) await this.#fetch(id)
    if (there.length === 0) return
    const isAll = there.length === lost.length
    if (!isAll && performance.now() < this.#relinkAt + relinkMs) return
    await scrub.relink(new Set(there))
    this.#relinkAt = performance.now()
    for (const infoHash of await store.regain(there)) await this.#with.swarm.pack(infoHash)?.refresh()
    store.losses.forget(there)
    store.scrubLog.count({ healed: there.length })
    for (const id of there) this.#fetching.delete(id)
    logger.info({ objects: there.length, left: lost.length - there.length }, 'damaged objects are healed')
  }

  async #fetch(id: ObjectId): Promise<void> {
    const { store, logger, open, remake } = this.#with
    const [infoHash] = store.packs.locate(id)
    if (infoHash === undefined) {
      if (await remake(id)) return
      logger.info({ object: id }, 'no snapshot that is kept needs the damaged object')
      store.losses.forget([id])
      return
    }
    const pack = await open(infoHash)
    pack.shared.want(pack.storage.missingPiecesOf(id))
    this.#fetching.set(id, pack)
  }

  /** A pack whose storage has failed is opened anew after a while; one that was closed is, too. */
  async #lookAtPacks(): Promise<void> {
    const { swarm, close } = this.#with
    for (const { storage, shared } of new Set(this.#fetching.values())) {
      const { infoHash } = shared
      const refusedAt = this.#refused.get(infoHash)
      // where all pieces came, and not all objects, one of these was not what its pieces said
      if (refusedAt === undefined && shared.missingPieces.size === 0) {
        await storage.flush().catch(() => this.#refused.set(infoHash, performance.now()))
      }
      const isLate = refusedAt !== undefined && performance.now() > refusedAt + refusedMs
      if (isLate) await close(infoHash)
      if (!isLate && swarm.pack(infoHash) === shared) continue
      this.#refused.delete(infoHash)
      for (const [id, pack] of this.#fetching) if (pack.shared === shared) this.#fetching.delete(id)
    }
  }
}
