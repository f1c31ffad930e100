import { whyUnsafeName } from '@repocast/objects'
import parseTorrent from 'parse-torrent'
import { malformed } from '../malformed.ts'
import { pieceLengths } from './layout.ts'

/** What the slim form of a .torrent tells. */
export interface SlimFields {
  readonly name: string
  readonly private: boolean
  readonly announce: readonly string[]
  readonly pieceLength: number
}

const mostTrackers = 64
const longestTracker = 2048
const trackerProtocols = ['http:', 'https:', 'udp:', 'ws:', 'wss:']

/**
 * Has parse-torrent read a .torrent in its slim form, known to be canonical and small, and checks what it found.
 * @throws RepocastError REPOCAST_PACK_MALFORMED
 */
export async function parseSlim(torrent: Buffer): Promise<SlimFields> {
  const { name, announce, length, pieceLength, pieces, ...rest } = await parse(torrent)
  if (typeof name !== 'string' || whyUnsafeName(name) !== undefined || name.includes('\ufffd')) {
    throw malformed('its name cannot be that of a directory')
  }
  if (!isPieceLength(pieceLength)) throw malformed('its piece length is not a power of two from 16 KiB to 16 MiB')
  if (typeof length !== 'number' || !Array.isArray(pieces) || pieces.length !== Math.ceil(length / pieceLength)) {
    throw malformed('it has not as many piece hashes as its files need')
  }
  if (!pieces.every(hash => typeof hash === 'string' && hash.length === 40)) throw malformed('a piece hash is cut off')
  return { name, pieceLength, private: rest.private === true, announce: checkTrackers(announce) }
}

async function parse(torrent: Buffer) {
  try {
    return await parseTorrent(torrent)
  } catch (cause) {
    throw malformed('parse-torrent refuses it', cause)
  }
}

function isPieceLength(value: unknown): value is number {
  if (typeof value !== 'number' || value < pieceLengths.min || value > pieceLengths.max) return false
  return Number.isInteger(Math.log2(value))
}

function checkTrackers(announce: unknown): string[] {
  if (!Array.isArray(announce) || announce.length > mostTrackers) throw malformed('its trackers are not a short list')
  return announce.map((address: unknown) => {
    if (typeof address === 'string' && address.length <= longestTracker && URL.canParse(address)) {
      if (trackerProtocols.includes(new URL(address).protocol)) return address
    }
    throw malformed('the address of a tracker in it is not http, https, udp, ws or wss')
  })
}
