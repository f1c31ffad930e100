import type { Format, Unpacker } from '../check/unpacker.ts'
import { Malformed } from '../metadata/malformed.ts'
import { ByteSource } from './byte-source.ts'
import { unpackBzip2 } from './bzip2/bzip2.ts'
import { formatOf, formatOfContent, magicBytes } from './format.ts'
import { unpackXz } from './xz.ts'
import { unpackZchunk } from './zchunk/zchunk.ts'
import { unpackGzip, unpackZstd } from './zlib.ts'

const decoders: Readonly<Record<Format, (source: ByteSource) => AsyncGenerator<Uint8Array>>> = {
  none: passOn,
  gz: unpackGzip,
  xz: unpackXz,
  bz2: unpackBzip2,
  zst: unpackZstd,
  zck: unpackZchunk,
}

/**
 * Unpacks all formats that metadata comes in, as it is read: memory does not grow with the file, and stopping early
 * lets everything go. The input has to heed the signal itself where it waits.
 */
export const unpacker: Unpacker = {
  formatOf,
  async *unpack(input, format, { maxBytes }, signal) {
    const source = new ByteSource(input, signal)
    try {
      await checkMagic(source, format)
      let bytes = 0
      for await (const chunk of decoders[format](source)) {
        signal?.throwIfAborted()
        bytes += chunk.length
        if (bytes > maxBytes) throw new Malformed(`it is longer than ${maxBytes} bytes`)
        yield chunk
      }
    } finally {
      await source.close()
    }
  },
}

/** Refuses a file whose name lies; one without an ending of ours may hold anything. */
async function checkMagic(source: ByteSource, format: Format): Promise<void> {
  if (format === 'none') return
  const head = await source.take(magicBytes)
  source.unread(head)
  const found = formatOfContent(head)
  if (found === format) return
  if (head.length === 0) throw new Malformed('it is empty')
  throw new Malformed(`its name ends in .${format}, its content is ${found === undefined ? 'something else' : found}`)
}

async function* passOn(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let bytes = await source.next(); bytes !== undefined; bytes = await source.next()) yield bytes
}
