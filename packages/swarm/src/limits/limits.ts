/** What a swarm may use. Rates in bytes per second. */
export interface SwarmLimits {
  /** 0 is without limit. */
  readonly uploadRate: number
  /** 0 is without limit. */
  readonly downloadRate: number
  /** How long a transfer takes to come to its full rate, in seconds; 0: it begins with it. */
  readonly rampUpSeconds: number
  /** Connections that we open for one pack. */
  readonly peersPerPack: number
  /** Peers of one pack that are served at the same time. */
  readonly uploadSlots: number
  /** Requests that a peer may have waiting with us (`reqq` of BEP 10). */
  readonly requestQueue: number
  /** Bytes of pieces of all packs that may wait for the disk before no more are asked for. */
  readonly unwrittenBytes: number
  /** The web seed is asked when no peer has delivered for so many seconds. */
  readonly webSeedAfterSeconds: number
  /** Who has not all of a pack says that nothing more of it is wanted when that is so for so many seconds (BEP 21). */
  readonly restSeconds: number
  /** A pack that lacks nothing and has no peer for so many seconds is closed in webtorrent. */
  readonly idlePackSeconds: number
}

export const defaultSwarmLimits: SwarmLimits = {
  uploadRate: 0,
  downloadRate: 0,
  rampUpSeconds: 0,
  peersPerPack: 55,
  uploadSlots: 64,
  requestQueue: 1000,
  unwrittenBytes: 32 * 1024 * 1024,
  webSeedAfterSeconds: 5,
  restSeconds: 5,
  idlePackSeconds: 60,
}
