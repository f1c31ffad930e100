import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ByteRange } from '@repocast/daemon'

const longestRead = 256 * 1024

/** Bytes of a file, or text between them. */
export type Part = ByteRange | string

/**
 * Parts of an open file, one after the other, which it closes at the end, also when nobody reads it. Fails when the file
 * is shorter than it was, so that nobody takes the half for the whole.
 */
export class FileStream extends Readable {
  readonly #handle: FileHandle
  readonly #parts: Part[]

  constructor(handle: FileHandle, parts: readonly Part[]) {
    super({ highWaterMark: longestRead })
    this.#handle = handle
    this.#parts = [...parts]
  }

  override _read(): void {
    const part = this.#parts.shift()
    if (part === undefined) this.push(null)
    else if (typeof part === 'string') this.push(part)
    else
      this.#readSome(part).then(
        bytes => this.push(bytes),
        (error: unknown) => this.destroy(error instanceof Error ? error : new Error(String(error))),
      )
  }

  async #readSome({ first, last }: ByteRange): Promise<Buffer> {
    const length = Math.min(longestRead, last + 1 - first)
    const { buffer, bytesRead } = await this.#handle.read(Buffer.allocUnsafe(length), 0, length, first)
    if (bytesRead === 0) throw new Error('the file became shorter while it was sent')
    if (first + bytesRead <= last) this.#parts.unshift({ first: first + bytesRead, last })
    return buffer.subarray(0, bytesRead)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#handle.close().then(
      () => done(error),
      (failure: Error) => done(error ?? failure),
    )
  }
}

/** Parts with the borders between them (RFC 9110, section 14.6), and how many bytes that is. Pure. */
export function multipartOf(
  ranges: readonly ByteRange[],
  { size, type, boundary }: { readonly size: number; readonly type: string; readonly boundary: string },
): { readonly parts: readonly Part[]; readonly bytes: number } {
  const parts: Part[] = []
  for (const range of ranges) {
    const { first, last } = range
    const border = `--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: bytes ${first}-${last}/${size}\r\n\r\n`
    parts.push(border, range, '\r\n')
  }
  parts.push(`--${boundary}--\r\n`)
  const bytesOf = (part: Part) => (typeof part === 'string' ? Buffer.byteLength(part) : part.last + 1 - part.first)
  return { parts, bytes: parts.reduce((sum, part) => sum + bytesOf(part), 0) }
}
