import type { Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { Malformed } from '../metadata/malformed.ts'
import type { ByteSource } from './byte-source.ts'

const chunkBytes = 128 * 1024

/** Unpacks gzip (RFC 1952): one or several members, and zeros behind them, as tapes have. @throws Malformed */
export async function* unpackGzip(source: ByteSource): AsyncGenerator<Uint8Array> {
  yield* throughEngine(source, createGunzip({ chunkSize: chunkBytes }))
  for (let bytes = await source.next(); bytes !== undefined; bytes = await source.next())
    if (bytes.some(byte => byte !== 0)) throw new Malformed('there is something else behind its end')
}

/** Unpacks Zstandard (RFC 8878): one or several frames. Windows may have up to 128 MiB, as in zstd(1). @throws Malformed */
export async function* unpackZstd(source: ByteSource): AsyncGenerator<Uint8Array> {
  do yield* throughEngine(source, createZstdDecompress({ chunkSize: chunkBytes }))
  while (!(await source.isAtEnd()))
}

/** What both kinds of streams of node:zlib have. */
type Engine = Transform & { readonly bytesWritten: number }

/** What `engine` makes of the source until it says that it is done; the rest goes back to the source. */
async function* throughEngine(source: ByteSource, engine: Engine): AsyncGenerator<Uint8Array> {
  const feeding = feed(source, engine)
  // It is awaited at the end, when it has long failed.
  feeding.catch(() => {})
  try {
    yield* engine
  } catch (error) {
    throw isOfEngine(error) ? new Malformed(sentenceOf(error)) : error
  } finally {
    engine.destroy()
    await feeding
  }
}

async function feed(source: ByteSource, engine: Engine): Promise<void> {
  let wake = (): void => {}
  engine.once('close', () => wake())
  try {
    while (!engine.destroyed) {
      const chunk = await source.next()
      if (chunk === undefined) {
        engine.end()
        return
      }
      const before = engine.bytesWritten
      await new Promise<void>(resolve => {
        wake = resolve
        engine.write(chunk, () => resolve())
      })
      const used = engine.bytesWritten - before
      // It ended in the middle, or was destroyed.
      if (used < chunk.length) {
        source.unread(chunk.subarray(used))
        return
      }
    }
  } catch (error) {
    engine.destroy(error instanceof Error ? error : new Error('reading failed', { cause: error }))
  }
}

function isOfEngine(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && /^(Z|ZSTD)_/.test(String(error.code))
}

function sentenceOf({ code, message }: Error & { readonly code: string }): string {
  if (code === 'Z_BUF_ERROR') return 'it ends too early'
  if (code === 'ZSTD_error_frameParameter_windowTooLarge')
    return 'it needs a window of more than 128 MiB, which clients refuse'
  return `it is damaged (${message})`
}
