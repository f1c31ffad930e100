import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AllowedTorrents } from './allowed-torrents.ts'
import { parseTorrentList } from './parse-list.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-torrents-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

test('a list is read line by line, with names and comments', () => {
  const hash = fc.stringMatching(/^[0-9a-fA-F]{40}$/)
  const line = fc.record({
    hash,
    name: fc.stringMatching(/^[a-z.-]{0,9}$/),
    before: fc.constantFrom('', '  ', '# no\n', '\n'),
  })
  fc.assert(
    fc.property(fc.array(line, { maxLength: 10 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
      const text = lines.map(({ hash, name, before }) => `${before}${hash} ${name} # why`).join(end)
      const expected = new Map(lines.map(({ hash, name }) => [hash.toLowerCase(), name]))
      expect(parseTorrentList(text, 'list')).toEqual(expected)
    }),
  )
  expect(() => parseTorrentList('# x\n\nabc', 'list')).toThrow('list:3: "abc" is no info-hash')
})

test('a directory is its .torrent files; what is none is passed over', async () => {
  const torrents = join(directory, 'torrents')
  mkdirSync(join(torrents, 'directory.torrent'), { recursive: true })
  writeFileSync(join(torrents, 'one.torrent'), 'd4:infod6:lengthi1e4:name3:oneee')
  writeFileSync(join(torrents, 'none.torrent'), 'no')
  writeFileSync(join(torrents, 'other.txt'), 'd4:infod6:lengthi1e4:name5:otheree')
  const allowed = new AllowedTorrents(torrents, silentLogger)
  await allowed.start()
  try {
    expect(allowed.count).toBe(1)
    const infoHash = createHash('sha1').update('d6:lengthi1e4:name3:onee').digest('hex')
    expect([allowed.has(infoHash), allowed.nameOf(infoHash)]).toEqual([true, 'one'])
    writeFileSync(join(torrents, 'two.torrent'), 'd4:infod6:lengthi2e4:name3:twoee')
    rmSync(join(torrents, 'none.torrent'))
    await expect.poll(() => allowed.count, { timeout: 15_000 }).toBe(2)
  } finally {
    await allowed.stop()
  }
})

test('what is not there is told at the start', async () => {
  const allowed = new AllowedTorrents(join(directory, 'nothing'), silentLogger)
  await expect(allowed.start()).rejects.toMatchObject({ code: 'REPOCAST_TRACKER_LIST_MISSING' })
  await allowed.stop()
})
