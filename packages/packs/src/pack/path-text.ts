import { decodeName } from '@repocast/objects'

/** The path whose bencoded parts, known to be good, lie between `start` and `end`. */
export function decodePath(bytes: Buffer, start: number, end: number): string {
  const parts: string[] = []
  for (let at = start; at < end; ) {
    const colon = bytes.indexOf(':', at)
    const partEnd = colon + 1 + Number(bytes.toString('latin1', at, colon))
    parts.push(decodeName(bytes.subarray(colon + 1, partEnd)))
    at = partEnd
  }
  return parts.join('/')
}
