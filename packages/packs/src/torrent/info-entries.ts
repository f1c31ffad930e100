import { RepocastError } from '@repocast/errors'
import { BencodeReader, type Span } from '../bencode/reader.ts'
import { malformed } from '../malformed.ts'
import { formatVersion, maxPieceCount, sha1Bytes } from './layout.ts'

/** The info dictionary of a pack, its keys known to be ours. */
export interface InfoEntries {
  /** Values, still encoded, by key. */
  readonly entries: ReadonlyMap<string, Buffer>
  readonly filesSpan: Span
  /** A view, 20 bytes per piece. */
  readonly pieceHashes: Buffer
}

const requiredKeys = ['files', 'name', 'piece length', 'pieces', 'repocast']

/** @throws RepocastError REPOCAST_PACK_MALFORMED, REPOCAST_FORMAT_TOO_NEW */
export function readInfo(infoBytes: Buffer): InfoEntries {
  const spans = new BencodeReader(infoBytes).dictionary()
  checkVersion(infoBytes, spans.get('repocast')) // first: a newer format may have other keys
  const keys = [...spans.keys()].filter(key => key !== 'private')
  if (keys.join() !== requiredKeys.join()) throw malformed(`its info dictionary has not the keys ${requiredKeys}`)
  const entries = new Map([...spans].map(([key, { start, end }]) => [key, infoBytes.subarray(start, end)]))
  const isPrivate = entries.get('private')?.toString('latin1') ?? 'i1e'
  if (isPrivate !== 'i0e' && isPrivate !== 'i1e') throw malformed('`private` is neither 0 nor 1')
  return { entries, filesSpan: span(spans, 'files'), pieceHashes: readPieces(infoBytes, span(spans, 'pieces')) }
}

function checkVersion(infoBytes: Buffer, mark: Span | undefined): void {
  if (mark === undefined) throw malformed('it is a torrent, but not that of a pack (`repocast` is missing in its info)')
  const reader = new BencodeReader(infoBytes, mark.start)
  const fields = reader.dictionary()
  reader.position = span(fields, 'version').start
  const version = reader.integer()
  if (version < 1 || (version === formatVersion && fields.size > 1)) throw malformed('`repocast` is not {version}')
  if (version === formatVersion) return
  throw new RepocastError('REPOCAST_FORMAT_TOO_NEW', {
    message: `the .torrent of a pack has format version ${version}, this repocast reads version ${formatVersion}`,
    hint: 'update repocast on this host',
  })
}

function readPieces(infoBytes: Buffer, { start, end }: Span): Buffer {
  const hashes = infoBytes.subarray(new BencodeReader(infoBytes, start).string(), end)
  if (hashes.length > maxPieceCount * sha1Bytes) throw malformed(`it has more than ${maxPieceCount} pieces`)
  return hashes
}

function span(spans: ReadonlyMap<string, Span>, key: string): Span {
  const found = spans.get(key)
  if (found === undefined) throw malformed(`\`${key}\` is missing`)
  return found
}
