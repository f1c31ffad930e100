import { type ObjectId, parseObjectId } from '@repocast/objects'

/** How a file looks by lstat(2). Times in milliseconds with fractions; they tell versions apart, they are not kept. */
export interface Look {
  readonly size: number
  readonly mtimeMs: number
  readonly ctimeMs: number
  readonly ino: number
  readonly mode: number
}

/** What a file was found to be. */
export interface KnownFile {
  readonly id: ObjectId
  /** Whole seconds. */
  readonly mtime: number
}

/** A directory inside of another, as the tree object of that one names it. */
export interface ChildLook {
  readonly mode: number
  readonly mtime: number
  readonly id: ObjectId
  readonly size: number
}

const version = 1
const types = { file: 1, link: 2, directory: 3 } as const
const headBytes = 3
const lookBytes = 4 * 8 + 4
const childBytes = 8 + 4 + 8 + 32
const fileBytes = 32 + 8

/**
 * Writes down how the entries of a directory look, in the order in which they are given: two directories with the same
 * bytes have the same tree object. Names are bytes as Latin-1 text. Each entry: type (1), length of the name (2), name,
 * then size, mtime, ctime and inode number (8 each) and mode (4), or what is known of a directory.
 */
export class LookWriter {
  #bytes = Buffer.allocUnsafe(4096)
  #length = 0

  constructor() {
    this.#bytes[this.#length++] = version
  }

  file(name: string, look: Look): void {
    this.#look(types.file, name, look)
  }

  link(name: string, look: Look): void {
    this.#look(types.link, name, look)
  }

  directory(name: string, { mode, mtime, id, size }: ChildLook): void {
    let at = this.#head(types.directory, name, childBytes)
    at = this.#bytes.writeDoubleLE(mtime, at)
    at = this.#bytes.writeUInt32LE(mode, at)
    at = this.#bytes.writeDoubleLE(size, at)
    this.#length = at + this.#bytes.write(id, at, 'hex')
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #look(type: number, name: string, { size, mtimeMs, ctimeMs, ino, mode }: Look): void {
    let at = this.#head(type, name, lookBytes)
    at = this.#bytes.writeDoubleLE(size, at)
    at = this.#bytes.writeDoubleLE(mtimeMs, at)
    at = this.#bytes.writeDoubleLE(ctimeMs, at)
    at = this.#bytes.writeDoubleLE(ino, at)
    this.#length = this.#bytes.writeUInt32LE(mode, at)
  }

  #head(type: number, name: string, more: number): number {
    const needed = this.#length + headBytes + name.length + more
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length))
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    let at = this.#bytes.writeUInt8(type, this.#length)
    at = this.#bytes.writeUInt16LE(name.length, at)
    return at + this.#bytes.write(name, at, 'latin1')
  }
}

/** What the files of a directory were, 40 bytes each. */
export function encodeFiles(files: readonly KnownFile[]): Buffer {
  const bytes = Buffer.allocUnsafe(files.length * fileBytes)
  for (const [k, { id, mtime }] of files.entries()) {
    bytes.write(id, k * fileBytes, 'hex')
    bytes.writeDoubleLE(mtime, k * fileBytes + 32)
  }
  return bytes
}

/** The files of a directory that an earlier scan has seen, by name; none when they were written by another version. */
export function parseFiles(looks: Buffer, files: Buffer): Map<string, Look & KnownFile> {
  const known = new Map<string, Look & KnownFile>()
  if (looks[0] !== version) return known
  let file = 0
  for (let at = 1; at < looks.length; ) {
    const type = looks.readUInt8(at)
    const length = looks.readUInt16LE(at + 1)
    const name = looks.toString('latin1', at + headBytes, at + headBytes + length)
    at += headBytes + length
    if (type === types.file) {
      const start = file * fileBytes
      known.set(name, {
        size: looks.readDoubleLE(at),
        mtimeMs: looks.readDoubleLE(at + 8),
        ctimeMs: looks.readDoubleLE(at + 16),
        ino: looks.readDoubleLE(at + 24),
        mode: looks.readUInt32LE(at + 32),
        id: parseObjectId(files.toString('hex', start, start + 32)),
        mtime: files.readDoubleLE(start + 32),
      })
      file += 1
    }
    at += type === types.directory ? childBytes : lookBytes
  }
  return known
}

/** Whether a file has not changed; its mode may have. */
export function isSameFile(a: Look, b: Look): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino
}

/** Nanoseconds as lstat gives them in milliseconds, to the same bit. */
export function toMilliseconds(nanoseconds: bigint): number {
  const second = 1_000_000_000n
  const rest = ((nanoseconds % second) + second) % second
  return Number((nanoseconds - rest) / second) * 1000 + Number(rest) / 1_000_000
}
