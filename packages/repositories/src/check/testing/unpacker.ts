import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { Malformed } from '../../metadata/malformed.ts'
import type { Unpacker } from '../unpacker.ts'

/** Knows gz and zst, by what Node has. */
export const unpacker: Unpacker = {
  formatOf: path => (path.endsWith('.gz') ? 'gz' : path.endsWith('.zst') ? 'zst' : 'none'),
  async *unpack(input, format, { maxBytes }) {
    let bytes = 0
    const source = Readable.from(input)
    const stream = format === 'none' ? source : source.pipe(format === 'gz' ? createGunzip() : createZstdDecompress())
    try {
      for await (const chunk of stream) {
        bytes += chunk.length
        if (bytes > maxBytes) throw new Malformed('too long')
        yield chunk
      }
    } catch (error) {
      throw error instanceof Malformed ? error : new Malformed(`${error}`)
    }
  },
}
