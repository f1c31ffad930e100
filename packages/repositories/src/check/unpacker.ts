export type Format = 'none' | 'gz' | 'xz' | 'bz2' | 'zst' | 'zck'

/** Unpacks compressed files. */
export interface Unpacker {
  /** The compression that the ending of `path` tells. */
  formatOf(path: string): Format
  /** @throws Malformed when `input` is damaged, or comes to more than `maxBytes` */
  unpack(
    input: AsyncIterable<Uint8Array>,
    format: Format,
    limits: { readonly maxBytes: number },
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>
}
