import { BencodeReader } from '../bencode/reader.ts'
import { BencodeWriter, encodeDictionary } from '../bencode/writer.ts'

/*
 * The slim form of a pack's info dictionary is that of a single-file torrent: `length` in the place of `files`,
 * all else the same. The libraries see this form only, since their time and memory grow with the files.
 */

/** The values of a bencoded dictionary, still encoded, by key. @throws RepocastError REPOCAST_PACK_MALFORMED */
export function readEntries(dictionary: Buffer): Map<string, Buffer> {
  const entries = new Map<string, Buffer>()
  for (const [key, { start, end }] of new BencodeReader(dictionary).dictionary()) {
    entries.set(key, dictionary.subarray(start, end))
  }
  return entries
}

/** The slim form of `info`, for `bytes` of content. */
export function withoutFiles(info: ReadonlyMap<string, Uint8Array>, bytes: number): Buffer {
  const slim = new Map(info)
  slim.delete('files')
  return encodeDictionary(slim.set('length', new BencodeWriter().integer(bytes).bytes()))
}

/** The info dictionary whose slim form is `info`, with the bencoded list `files`. */
export function withFiles(info: ReadonlyMap<string, Uint8Array>, files: Uint8Array): Buffer {
  const full = new Map(info)
  full.delete('length')
  return encodeDictionary(full.set('files', files))
}
