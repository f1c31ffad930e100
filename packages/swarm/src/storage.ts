import type { Pack } from '@repocast/packs'

/** What a swarm needs of the place where the bytes of a pack lie. The PackStorage of @repocast/store fulfils it. */
export interface PieceStorage {
  readonly pack: Pack
  /** The pieces that are complete, one bit each, the highest bit of the first byte for piece 0 (BEP 3). */
  bitfield(): Uint8Array
  read(piece: number, offset: number, length: number): Promise<Uint8Array>
  /** Takes a whole piece whose SHA-1 was verified. The bytes may be reused once the promise is settled. */
  write(piece: number, bytes: Uint8Array): Promise<void>
}
