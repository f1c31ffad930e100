/** Endings of the forms of an index that can be read, the cheapest first. Others that exist: `.lzma` and `.lz4`. */
const readable = ['', '.zst', '.gz', '.xz', '.bz2']

/** Whether a form of an index with this ending can be read. */
export function isReadable(ending: string): boolean {
  return readable.includes(ending)
}

/** Puts forms in the order of what reading them costs. */
export function byCost(a: { readonly ending: string }, b: { readonly ending: string }): number {
  return readable.indexOf(a.ending) - readable.indexOf(b.ending)
}

/** Most bytes that an index may have when unpacked, if Release does not tell; Contents of the largest have some 1 GB. */
export const maxIndexBytes = 4 * 1024 ** 3
