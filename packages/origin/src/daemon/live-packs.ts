import { dataVersion } from '@repocast/database'
import type { InfoHash, RepositoryName } from '@repocast/objects'
import type { Store } from '@repocast/store'
import type { Swarm } from '@repocast/swarm'

export interface LivePacksOptions {
  readonly store: Store
  readonly swarm: Swarm
  /** Further trackers, at which packs that name them are announced. */
  readonly trackers: readonly string[]
  /** A pack that is shared now. */
  readonly onShared: (infoHash: InfoHash) => void
  /** A pack that is not shared any more. */
  readonly onRemoved: (infoHash: InfoHash) => void
  /** A snapshot that was not there before. */
  readonly onPublished: (repository: RepositoryName, serial: number) => void
  /** A channel that points elsewhere now. */
  readonly onPromoted: (repository: RepositoryName, channel: string, serial: number) => void
  readonly onError: (error: unknown) => void
}

const pollMilliseconds = 100

/**
 * Keeps the swarm equal to the packs of the store, also when another process publishes or collects: SQLite tells by a
 * counter that somebody else has committed, so looking costs nothing while nothing happens.
 */
export class LivePacks {
  readonly #options: LivePacksOptions
  readonly #live = new Set<InfoHash>()
  readonly #serials = new Map<RepositoryName, number>()
  readonly #channels = new Map<RepositoryName, ReadonlyMap<string, number>>()
  #seenVersion: number | undefined
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: LivePacksOptions) {
    this.#options = options
  }

  /** Whether the pack is one of ours. */
  has(infoHash: string): boolean {
    return (this.#live as ReadonlySet<string>).has(infoHash)
  }

  /** Shares what is there, and goes on looking until `stop`. */
  async start(): Promise<void> {
    await this.#look(true)
    this.#timer = setInterval(() => this.#queueLook(), pollMilliseconds)
  }

  /** Looks now: of what is changed through our own connection SQLite tells nothing. */
  async lookNow(): Promise<void> {
    this.#seenVersion = undefined
    await this.#queueLook()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  #queueLook(): Promise<void> {
    this.#running = this.#running.then(async () => await this.#look(false)).catch(this.#options.onError)
    return this.#running
  }

  async #look(isFirst: boolean): Promise<void> {
    const { store, onPublished } = this.#options
    const version = dataVersion(store.catalog)
    if (version === this.#seenVersion) return
    const packs = store.packs.list()
    for (const { infoHash } of packs) if (!this.#live.has(infoHash)) await this.#share(infoHash)
    const there = new Set(packs.map(({ infoHash }) => infoHash))
    for (const infoHash of [...this.#live]) if (!there.has(infoHash)) await this.#remove(infoHash)
    for (const repository of store.snapshots.repositories()) {
      const serial = store.snapshots.newest(repository)?.serial ?? 0
      if (serial > (this.#serials.get(repository) ?? 0) && !isFirst) onPublished(repository, serial)
      this.#serials.set(repository, serial)
      this.#lookAtChannels(repository, isFirst)
    }
    this.#seenVersion = version
  }

  #lookAtChannels(repository: RepositoryName, isFirst: boolean): void {
    const { store, onPromoted } = this.#options
    const [before, now] = [this.#channels.get(repository), store.channels.of(repository)]
    this.#channels.set(repository, now)
    if (isFirst) return
    for (const [name, serial] of now) if (before?.get(name) !== serial) onPromoted(repository, name, serial)
  }

  async #share(infoHash: InfoHash): Promise<void> {
    const { store, swarm, trackers, onShared } = this.#options
    const storage = await store.openPack(infoHash)
    this.#live.add(infoHash)
    // The bundled tracker is not asked: it is told, and peers come to the origin, not the origin to them.
    const { pack } = storage
    const further = pack.announce.filter(address => trackers.includes(address))
    swarm.add({ pack, storage, trackers: further })
    onShared(infoHash)
  }

  /** Another process may have removed the files before: who asks for a piece in between is told that it cannot be read. */
  async #remove(infoHash: InfoHash): Promise<void> {
    const { store, swarm, onRemoved } = this.#options
    this.#live.delete(infoHash)
    await swarm.pack(infoHash)?.remove()
    store.closePack(infoHash)
    onRemoved(infoHash)
  }
}
