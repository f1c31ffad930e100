import type { InfoHash, PackReference, RepositoryName, SnapshotRecord } from '@repocast/objects'
import { defaultPackLimits, makeTorrent, planMerges, planPacks } from '@repocast/packs'
import type { Inventory, Store } from '@repocast/store'
import type { TorrentSettings } from './torrent-settings.ts'

export interface PackUpOptions {
  readonly repository: RepositoryName
  readonly serial: number
  readonly last: SnapshotRecord | undefined
  /** Whether the inventory lists all objects, so that packs can be given up. */
  readonly isWhole: boolean
  readonly torrents: TorrentSettings
  readonly signal?: AbortSignal | undefined
  readonly onProgress: (progress: PackProgress) => void
}

export interface PackProgress {
  /** Number of the pack that is being made, from 1. */
  readonly pack: number
  readonly packs: number
  /** Bytes of it that are hashed. */
  readonly bytes: number
  readonly totalBytes: number
}

/** The packs of a snapshot. */
export interface PackedUp {
  /** All, newest last. */
  readonly packs: readonly PackReference[]
  /** Those that were made for objects that no pack held. */
  readonly added: readonly InfoHash[]
  /** Those that were made of packs that were given up: whoever follows holds their objects already. */
  readonly merged: readonly InfoHash[]
}

/**
 * Finds the packs for a snapshot: those of the last one, others of the store that hold what these do not, and new ones.
 * What is merged never shares a pack with what is new, so that mirrors need nothing of a merged pack.
 * @throws what `makeTorrent` and `PackShelf.add` throw
 */
export async function packUp(store: Store, inventory: Inventory, options: PackUpOptions): Promise<PackedUp> {
  inventory.cover(options.last?.packs.map(({ infoHash }) => infoHash) ?? [])
  inventory.cover(inventory.holders())
  const maker = new PackMaker(store, inventory, options)
  const added = await maker.packUncovered()
  let merged: InfoHash[] = []
  if (options.isWhole) {
    // not what is new: nobody holds it yet
    inventory.uncover(planMerges(inventory.loads().filter(({ infoHash }) => !added.includes(infoHash))))
    merged = await maker.packUncovered()
  }
  const covering = new Set(inventory.covering())
  return { packs: store.packs.list().filter(({ infoHash }) => covering.has(infoHash)), added, merged }
}

class PackMaker {
  readonly #store: Store
  readonly #inventory: Inventory
  readonly #options: PackUpOptions
  #made = 0

  constructor(store: Store, inventory: Inventory, options: PackUpOptions) {
    this.#store = store
    this.#inventory = inventory
    this.#options = options
  }

  /** Makes packs of the objects that no covering pack holds. */
  async packUncovered(): Promise<InfoHash[]> {
    const { repository, serial, torrents, signal, onProgress } = this.#options
    const { objects, bytes } = this.#inventory.uncoveredSize()
    const { maxObjects, maxBytes } = defaultPackLimits
    // A pack may end before it is full; so there may be more in the end.
    const atLeast = this.#made + Math.max(Math.ceil(objects / maxObjects), Math.ceil(bytes / maxBytes))
    const made: InfoHash[] = []
    for (const plan of planPacks(this.#inventory.uncovered())) {
      this.#made += 1
      const pack = this.#made
      const { torrent } = await makeTorrent(plan, {
        name: pack === 1 ? `${repository}-${serial}` : `${repository}-${serial}-${pack}`,
        ...torrents,
        read: entry => this.#store.objects.read(entry.id),
        ...(signal && { signal }),
        onProgress: ({ hashedBytes, totalBytes }) =>
          onProgress({ pack, packs: Math.max(pack, atLeast), bytes: hashedBytes, totalBytes }),
      })
      made.push((await this.#store.packs.add(torrent)).infoHash)
    }
    this.#inventory.cover(made)
    return made
  }
}
