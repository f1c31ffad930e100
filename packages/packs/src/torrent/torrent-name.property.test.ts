import { createHash } from 'node:crypto'
import { isRepocastError } from '@repocast/errors'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BencodeWriter, encodeDictionary } from '../bencode/writer.ts'
import { readTorrentName } from './torrent-name.ts'

const string = (text: string) => new BencodeWriter().string(Buffer.from(text)).bytes()

test('the name and info-hash of whatever torrent, and nothing but an error for what is none', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.nat(1e9),
      fc.nat(200),
      fc.nat(255),
      (name, length, at, byte) => {
        const info = encodeDictionary(
          new Map([
            ['length', new BencodeWriter().integer(length).bytes()],
            ['name', string(name)],
          ]),
        )
        const torrent = encodeDictionary(
          new Map([
            ['announce', string('http://tracker.example.org/announce')],
            ['info', info],
          ]),
        )
        const infoHash = createHash('sha1').update(info).digest('hex')
        expect(readTorrentName(torrent)).toEqual({ infoHash, name })
        const damaged = Buffer.from(torrent)
        damaged[at % damaged.length] = byte
        try {
          readTorrentName(damaged)
        } catch (error) {
          expect(isRepocastError(error, 'REPOCAST_PACK_MALFORMED')).toBe(true)
        }
      },
    ),
  )
})
