import { Malformed } from '../metadata/malformed.ts'
import type { TreeReader } from './tree-reader.ts'

/** All of a short file. @throws Malformed when it is no file or longer than `maxBytes`, and what the tree throws */
export async function readWhole(
  tree: TreeReader,
  path: string,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<Buffer> {
  if (tree.find(path)?.type !== 'f') throw new Malformed('it is a link that leads to no file')
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of tree.read(path, signal)) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new Malformed(`it is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
