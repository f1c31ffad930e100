import type { PickerPeer } from './peer.ts'

/** What a delivered block means. */
export type Delivery =
  | { readonly kind: 'superfluous' }
  /** `cancel` was asked for the same block. */
  | { readonly kind: 'taken'; readonly isPieceComplete: boolean; readonly cancel: PickerPeer | undefined }
