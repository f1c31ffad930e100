import { createCipheriv, createHash } from 'node:crypto'
import { closeSync, futimesSync, openSync, writeSync } from 'node:fs'

const chunkBytes = 4 * 1024 * 1024
const zeros = Buffer.alloc(chunkBytes)

/**
 * The content that belongs to a name: bytes that do not compress and that nobody need keep, because the same
 * name gives the same ones. AES in counter mode over zeros, as fast as the disk.
 */
export function* contentOf(name: string, bytes: number): Generator<Buffer> {
  const key = createHash('sha256').update(name).digest()
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16))
  for (let left = bytes; left > 0; left -= chunkBytes)
    yield cipher.update(zeros.subarray(0, Math.min(left, chunkBytes)))
}

/** Attributes of a file that is made. */
export interface MadeFile {
  /** The name that its content is computed from. */
  readonly content: string
  readonly bytes: number
  /** Seconds since 1970. */
  readonly mtime: number
  readonly mode?: number
}

/** Writes the file; an existing one is replaced in place. */
export function writeContent(path: string | Buffer, { content, bytes, mtime, mode = 0o644 }: MadeFile): void {
  const file = openSync(path, 'w', mode)
  try {
    for (const chunk of contentOf(content, bytes)) writeSync(file, chunk)
    futimesSync(file, mtime, mtime)
  } finally {
    closeSync(file)
  }
}
