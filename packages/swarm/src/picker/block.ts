import type { PickerPeer } from './peer.ts'

/** Length of a block in bytes: what every client asks for at once (BEP 3). */
export const blockLength = 16 * 1024

/** What one peer is asked for at once. Bytes. */
export interface Block {
  readonly piece: number
  /** Index in the piece. */
  readonly block: number
  readonly offset: number
  readonly length: number
}

/** What a delivered block means. */
export type Delivery =
  | { readonly kind: 'superfluous' }
  /** `cancel` was asked for the same block. */
  | { readonly kind: 'taken'; readonly isPieceComplete: boolean; readonly cancel: PickerPeer | undefined }
