import { type ObjectId, parseObjectId } from '@repocast/objects'
import { idBytes, idMark, treePathStart } from '../torrent/layout.ts'
import { decodePath } from './path-text.ts'
import type { ByteRanges } from './range-table.ts'

/** Where the parts of each file lie in the info dictionary: 16 bytes per file. */
export interface FileArrays {
  readonly infoBytes: Buffer
  /** Offset of each file in the pack, and at last the bytes of the pack. */
  readonly offsets: Float64Array
  /** Where the bencoded parts of each path begin. */
  readonly pathStarts: Uint32Array
  /** Where the 32 bytes of each id begin. */
  readonly idStarts: Uint32Array
}

/** The file list of a pack, read in place from the bencoded info dictionary, in typed arrays. */
export class FileTable {
  readonly #files: FileArrays
  readonly count: number
  /** The bytes of each id. */
  readonly ids: ByteRanges
  /** The bencoded parts of each path. */
  readonly paths: ByteRanges

  constructor(files: FileArrays) {
    this.#files = files
    this.count = files.idStarts.length
    const { infoBytes: bytes, idStarts, pathStarts } = files
    const idStart = (k: number) => at(idStarts, k)
    this.ids = { bytes, count: this.count, start: idStart, end: k => idStart(k) + idBytes }
    const pathEnd = (k: number) => idStart(k) - idMark.length
    this.paths = { bytes, count: this.count, start: k => at(pathStarts, k), end: pathEnd }
  }

  /** Where file `k` begins in the pack; for `count` it is where the pack ends. */
  offset(k: number): number {
    return at(this.#files.offsets, k)
  }

  id(k: number): ObjectId {
    return parseObjectId(this.#files.infoBytes.toString('hex', this.ids.start(k), this.ids.end(k)))
  }

  isTree(k: number): boolean {
    const start = this.paths.start(k)
    return (
      this.#files.infoBytes.compare(treePathStart, 0, treePathStart.length, start, start + treePathStart.length) === 0
    )
  }

  path(k: number): string {
    return decodePath(this.#files.infoBytes, this.paths.start(k), this.paths.end(k))
  }

  /** The file that holds the byte at `offset` of the pack. */
  fileAt(offset: number): number {
    let [low, high] = [0, this.count - 1]
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.offset(middle) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}

function at(values: Float64Array | Uint32Array, index: number): number {
  const value = values[index]
  if (value === undefined) throw new RangeError(`the pack has no object ${index}`)
  return value
}
