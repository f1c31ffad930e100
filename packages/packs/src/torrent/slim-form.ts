import { BencodeReader } from '../bencode/reader.ts'
import { BencodeWriter, encodeDictionary } from '../bencode/writer.ts'
import { malformed } from '../malformed.ts'

/*
 * The slim form of a pack's info dictionary is that of a single-file torrent: `length` in the place of `files`,
 * all else the same. The libraries see this form only, since their time and memory grow with the files.
 */

/**
 * The values of the dictionary that `bytes` are, still encoded, by key.
 * @throws RepocastError REPOCAST_PACK_MALFORMED
 */
export function readEntries(bytes: Buffer): Map<string, Buffer> {
  const reader = new BencodeReader(bytes)
  const spans = reader.dictionary()
  if (reader.position !== bytes.length) throw malformed(`something follows its end at byte ${reader.position}`)
  return new Map([...spans].map(([key, { start, end }]) => [key, bytes.subarray(start, end)]))
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
