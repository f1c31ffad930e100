/** Payload of one pack in bytes, since it was added. */
export interface TrafficCounts {
  readonly uploadedBytes: number
  /** Everything received: the three below, and what was not needed or not right. */
  readonly downloadedBytes: number
  readonly fromMirrorsBytes: number
  readonly fromOriginBytes: number
  readonly fromWebSeedBytes: number
  /** Received, but here already or in a piece with a wrong hash. */
  readonly wastedBytes: number
}

export type TrafficSource = 'mirror' | 'origin' | 'web-seed'

/** Counts what goes in and out. */
export class Traffic implements TrafficCounts {
  uploadedBytes = 0
  fromMirrorsBytes = 0
  fromOriginBytes = 0
  fromWebSeedBytes = 0
  wastedBytes = 0

  get downloadedBytes(): number {
    return this.fromMirrorsBytes + this.fromOriginBytes + this.fromWebSeedBytes
  }

  received(source: TrafficSource, bytes: number): void {
    if (source === 'mirror') this.fromMirrorsBytes += bytes
    else if (source === 'origin') this.fromOriginBytes += bytes
    else this.fromWebSeedBytes += bytes
  }

  counts(): TrafficCounts {
    const { uploadedBytes, downloadedBytes, fromMirrorsBytes, fromOriginBytes, fromWebSeedBytes, wastedBytes } = this
    return { uploadedBytes, downloadedBytes, fromMirrorsBytes, fromOriginBytes, fromWebSeedBytes, wastedBytes }
  }
}

/** The sum of the counts of several packs. */
export function addTraffic(a: TrafficCounts, b: TrafficCounts): TrafficCounts {
  return {
    uploadedBytes: a.uploadedBytes + b.uploadedBytes,
    downloadedBytes: a.downloadedBytes + b.downloadedBytes,
    fromMirrorsBytes: a.fromMirrorsBytes + b.fromMirrorsBytes,
    fromOriginBytes: a.fromOriginBytes + b.fromOriginBytes,
    fromWebSeedBytes: a.fromWebSeedBytes + b.fromWebSeedBytes,
    wastedBytes: a.wastedBytes + b.wastedBytes,
  }
}
