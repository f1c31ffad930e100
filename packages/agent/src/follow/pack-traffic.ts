import type { InfoHash } from '@repocast/objects'
import type { Swarm } from '@repocast/swarm'

/** How the packs of one repository move. */
export interface RepositoryTraffic {
  readonly peers: number
  /** Since the start. */
  readonly downloadedBytes: number
  readonly uploadedBytes: number
  /** Bytes per second. */
  readonly downloadRate: number
  readonly uploadRate: number
}

/** Adds up what happens in the swarm about some packs; those that have left it count with what they had. */
export class PackTraffic {
  readonly #swarm: Swarm
  readonly #packs = new Set<InfoHash>()
  #past = { downloadedBytes: 0, uploadedBytes: 0 }

  constructor(swarm: Swarm) {
    this.#swarm = swarm
  }

  add(infoHash: InfoHash): void {
    this.#packs.add(infoHash)
  }

  /** Must be called while the pack is in the swarm still. */
  forget(infoHash: InfoHash): void {
    const status = this.#swarm.pack(infoHash)?.status()
    if (!this.#packs.delete(infoHash) || status === undefined) return
    this.#past = {
      downloadedBytes: this.#past.downloadedBytes + status.downloadedBytes,
      uploadedBytes: this.#past.uploadedBytes + status.uploadedBytes,
    }
  }

  now(): RepositoryTraffic {
    const peers = new Set<string>()
    let sum = { ...this.#past, downloadRate: 0, uploadRate: 0 }
    for (const infoHash of this.#packs) {
      const pack = this.#swarm.pack(infoHash)
      if (pack === undefined) continue
      const status = pack.status()
      if (status.peers > 0) for (const { peerId } of pack.peers()) peers.add(peerId)
      sum = {
        downloadedBytes: sum.downloadedBytes + status.downloadedBytes,
        uploadedBytes: sum.uploadedBytes + status.uploadedBytes,
        downloadRate: sum.downloadRate + status.downloadRate,
        uploadRate: sum.uploadRate + status.uploadRate,
      }
    }
    const { downloadRate, uploadRate } = sum
    return { ...sum, peers: peers.size, downloadRate: Math.round(downloadRate), uploadRate: Math.round(uploadRate) }
  }
}
