import { spawnSync } from 'node:child_process'
import type { Unpacker } from '@repocast/repositories'

const tools: Readonly<Record<string, string>> = { gz: 'gzip', xz: 'xz', bz2: 'bzip2', zst: 'zstd' }

/** Unpacks by the programs of the system. */
export const unpacker: Unpacker = {
  formatOf: path => (Object.keys(tools).find(ending => path.endsWith(`.${ending}`)) ?? 'none') as 'none',
  async *unpack(input, format) {
    const chunks: Uint8Array[] = []
    for await (const chunk of input) chunks.push(chunk)
    const content = Buffer.concat(chunks)
    const tool = tools[format]
    yield tool === undefined ? content : spawnSync(tool, ['-dc'], { input: content, maxBuffer: 1e9 }).stdout
  },
}
