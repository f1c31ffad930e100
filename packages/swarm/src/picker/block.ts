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
