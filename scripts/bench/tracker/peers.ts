/** A peer of the load: who it is follows from its number. */
export interface LoadPeer {
  /** Below 127.0.0.0/8: trackers take the address that an announce comes from. */
  readonly address: string
  readonly port: number
  /** Of its torrent. */
  readonly swarm: number
  /** Bytes; half of them are seeders. */
  readonly left: number
}

/** Peers that share an address. */
export const peersPerAddress = 50

/** The load: `count` peers in swarms of the same size. */
export class LoadPeers {
  readonly count: number
  readonly infoHashes: readonly Buffer[]

  constructor(count: number, swarms: number) {
    this.count = count
    this.infoHashes = Array.from({ length: swarms }, (_, k) => {
      const hash = Buffer.alloc(20, 0x5a)
      hash.writeUInt32BE(k)
      return hash
    })
  }

  get addresses(): number {
    return Math.ceil(this.count / peersPerAddress)
  }

  peer(number: number): LoadPeer {
    const address = Math.floor(number / peersPerAddress)
    return {
      address: addressOf(address),
      port: 2000 + (number % peersPerAddress),
      swarm: number % this.infoHashes.length,
      left: (number >> 3) & 1,
    }
  }

  infoHashOf({ swarm }: LoadPeer): Buffer {
    return this.infoHashes[swarm] ?? Buffer.alloc(20)
  }
}

export function addressOf(number: number): string {
  return `127.${1 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`
}
