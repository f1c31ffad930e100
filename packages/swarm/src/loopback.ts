import { type Logger, silentLogger } from '@repocast/errors'
import type { Pack } from '@repocast/packs'
import { packOf } from '@repocast/packs/testing'
import { createSwarm, type Swarm, type SwarmOptions } from './swarm.ts'

/** Bytes that look random and are the same for the same seed. */
export function noise(bytes: number, seed = 1): Buffer {
  const buffer = Buffer.alloc(bytes)
  let state = seed
  for (let at = 0; at < bytes; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    buffer.fill(state >>> 24, at, Math.min(at + 4, bytes))
    buffer[at] = state >>> 16
  }
  return buffer
}

/** A pack of `pieces` pieces of 32 KiB, the last one shorter, with objects that do not end where pieces do. */
export async function noisePack(pieces: number, seed = 1): Promise<{ readonly pack: Pack; readonly content: Buffer }> {
  const bytes = noise(pieces * 32_768 - 1000, seed)
  const third = Math.floor(bytes.length / 3)
  const blobs = { a: bytes.subarray(0, third), 'b/c': bytes.subarray(third, 2 * third), d: bytes.subarray(2 * third) }
  return packOf(blobs, { pieceLength: 32_768, name: `noise-${seed}` })
}

export const allPieces = (pack: Pack): number[] => Array.from({ length: pack.pieceCount }, (_, piece) => piece)

/** Swarms on the loopback of this host, closed together. */
export class Loopback {
  readonly #swarms: Swarm[] = []

  async swarm(options: Partial<SwarmOptions> = {}): Promise<Swarm> {
    const logger: Logger = silentLogger
    const swarm = await createSwarm({
      peerPort: 0,
      bindAddress: '127.0.0.1',
      maxConnections: 50,
      role: 'agent',
      logger,
      ...options,
    })
    this.#swarms.push(swarm)
    return swarm
  }

  async close(): Promise<void> {
    await Promise.all(this.#swarms.splice(0).map(swarm => swarm.close()))
  }
}

export const addressOf = (swarm: Swarm): string => `127.0.0.1:${swarm.port}`

/** Resolves when `isTrue`, looked at again and again. The test's own time limit is the only one. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(resolve => setTimeout(resolve, 10))
}
