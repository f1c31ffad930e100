import { isRepocastError } from '@repocast/errors'
import { type Follower, feedUrlsOf, type SubscriptionLink } from '@repocast/feed'
import type { InfoHash, PackReference, RepositoryName, SnapshotRecord } from '@repocast/objects'
import type { PackStorage, Store } from '@repocast/store'
import type { SharedPack, Swarm, SwarmPack } from '@repocast/swarm'
import { PackTraffic } from './pack-traffic.ts'

/** A pack that is open in store and swarm. */
export interface OpenPack {
  readonly storage: PackStorage
  readonly shared: SwarmPack
}

/** Opens the packs of a snapshot, so that they can be fetched and are given to others. */
export class SharedPacks {
  /** What those that were opened do in the swarm. */
  readonly traffic: PackTraffic
  readonly #store: Store
  readonly #swarm: Swarm
  readonly #follower: Follower
  readonly #isUrgent: boolean

  constructor(store: Store, swarm: Swarm, follower: Follower, isUrgent: boolean) {
    this.#store = store
    this.#swarm = swarm
    this.#follower = follower
    this.#isUrgent = isUrgent
    this.traffic = new PackTraffic(swarm)
  }

  /**
   * Packs by info-hash. Their .torrent files are fetched as far as the store has none.
   * @throws what `Follower.fetchTorrent`, `PackShelf.add` and `Swarm.add` throw
   */
  async open(record: SnapshotRecord, signal?: AbortSignal): Promise<Map<InfoHash, OpenPack>> {
    await this.know(record, signal)
    const opened = new Map<InfoHash, OpenPack>()
    for (const reference of record.packs) {
      const { infoHash } = reference
      const storage = await this.#openPack(reference, signal)
      const shared = this.#swarm.pack(infoHash) ?? this.#share(storage)
      opened.set(infoHash, { storage, shared })
      this.traffic.add(infoHash)
    }
    return opened
  }

  /** A .torrent whose file is gone or damaged is fetched again. */
  async #openPack(reference: PackReference, signal: AbortSignal | undefined): Promise<PackStorage> {
    const { infoHash } = reference
    try {
      return await this.#store.openPack(infoHash)
    } catch (error) {
      if (!isRepocastError(error, 'REPOCAST_OBJECT_ROTTEN', 'REPOCAST_PACK_UNKNOWN')) throw error
      const torrent = await this.#follower.fetchTorrent(reference, signal ? { signal } : {})
      await this.#store.packs.restore(infoHash, torrent)
      return await this.#store.openPack(infoHash)
    }
  }

  /** Fetches the .torrent files of a snapshot that the store has not. @throws as `open` */
  async know({ packs }: SnapshotRecord, signal?: AbortSignal): Promise<void> {
    for (const reference of packs) {
      if (this.#store.packs.has(reference.infoHash)) continue
      await this.#store.packs.add(await this.#follower.fetchTorrent(reference, signal ? { signal } : {}))
    }
  }

  /** Takes a pack out of swarm and memory, so that it is looked at anew when it is opened again. */
  async forget(infoHash: InfoHash): Promise<void> {
    this.traffic.forget(infoHash)
    await this.#swarm.pack(infoHash)?.remove()
    this.#store.closePack(infoHash)
  }

  /** Takes the packs of a repository of which wanted pieces are missing out of the swarm, so that nothing is wanted of them. */
  async forgetUnfinished(repository: RepositoryName): Promise<void> {
    for (const { infoHash, missingPieces } of [...this.#swarm.packs()]) {
      if (missingPieces.size === 0) continue
      if (this.#store.snapshots.repositoriesWith(infoHash).includes(repository)) await this.forget(infoHash)
    }
  }

  #share(storage: PackStorage): SwarmPack {
    const webSeeds = webSeedsOf(this.#follower.link, storage.pack.infoHash)
    const { repository: group } = this.#follower.link
    return sharePack(this.#swarm, storage, { webSeeds, group, isUrgent: this.#isUrgent })
  }
}

/** Shares a pack with its trackers. @throws what `Swarm.add` throws */
export function sharePack(
  swarm: Swarm,
  storage: PackStorage,
  told: Pick<SharedPack, 'webSeeds' | 'group' | 'isUrgent'>,
): SwarmPack {
  const { pack } = storage
  const trackers = pack.announce.filter(address => /^https?:/.test(address))
  return swarm.add({ pack, storage, trackers, ...told })
}

/** Where those who give a feed give the bytes of a pack over HTTP. */
export function webSeedsOf(link: SubscriptionLink, infoHash: InfoHash): string[] {
  return feedUrlsOf(link).map(feedUrl => new URL(`../packs/${infoHash}`, feedUrl).href)
}
