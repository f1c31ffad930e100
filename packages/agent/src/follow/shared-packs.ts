import type { Follower, SubscriptionLink } from '@repocast/feed'
import type { InfoHash, SnapshotRecord } from '@repocast/objects'
import type { PackStorage, Store } from '@repocast/store'
import type { Swarm, SwarmPack } from '@repocast/swarm'

/** A pack that is open in store and swarm. */
export interface OpenPack {
  readonly storage: PackStorage
  readonly shared: SwarmPack
}

/** Opens the packs of a snapshot, so that they can be fetched and are given to others. */
export class SharedPacks {
  readonly #store: Store
  readonly #swarm: Swarm
  readonly #follower: Follower
  readonly #isUrgent: boolean

  constructor(store: Store, swarm: Swarm, follower: Follower, isUrgent: boolean) {
    this.#store = store
    this.#swarm = swarm
    this.#follower = follower
    this.#isUrgent = isUrgent
  }

  /**
   * Packs by info-hash. Their .torrent files are fetched as far as the store has none.
   * @throws what `Follower.fetchTorrent`, `PackShelf.add` and `Swarm.add` throw
   */
  async open({ packs }: SnapshotRecord, signal?: AbortSignal): Promise<Map<InfoHash, OpenPack>> {
    const opened = new Map<InfoHash, OpenPack>()
    for (const reference of packs) {
      const { infoHash } = reference
      if (!this.#store.packs.has(infoHash)) {
        await this.#store.packs.add(await this.#follower.fetchTorrent(reference, signal ? { signal } : {}))
      }
      const storage = await this.#store.openPack(infoHash)
      const shared = this.#swarm.pack(infoHash) ?? this.#share(storage)
      opened.set(infoHash, { storage, shared })
    }
    return opened
  }

  /** Takes a pack out of swarm and memory, so that it is looked at anew when it is opened again. */
  async forget(infoHash: InfoHash): Promise<void> {
    await this.#swarm.pack(infoHash)?.remove()
    this.#store.closePack(infoHash)
  }

  #share(storage: PackStorage): SwarmPack {
    const { pack } = storage
    const trackers = pack.announce.filter(address => /^https?:/.test(address))
    const webSeed = webSeedOf(this.#follower.link, pack.infoHash)
    return this.#swarm.add({ pack, storage, trackers, webSeed, isUrgent: this.#isUrgent })
  }
}

/** Where the origin of a feed gives the bytes of a pack over HTTP. */
function webSeedOf({ feedUrl }: SubscriptionLink, infoHash: InfoHash): string {
  return new URL(`../packs/${infoHash}`, feedUrl).href
}
