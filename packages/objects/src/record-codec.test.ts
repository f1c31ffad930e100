import { RepocastError } from '@repocast/errors'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { objectIdOf } from './id.ts'
import type { SnapshotRecord } from './record.ts'
import { decodeRecord, encodeRecord, parseInfoHash } from './record-codec.ts'
import { parseRepositoryName } from './repository.ts'

const record: SnapshotRecord = {
  repository: parseRepositoryName('debian'),
  kind: 'deb',
  serial: 7,
  created: '2026-11-20T08:00:00Z',
  root: { id: objectIdOf(Buffer.from('root')), size: 300, mode: 0o755, mtime: 1_700_000_000 },
  counts: { files: 10, links: 2, directories: 3 },
  bytes: 12_345,
  packs: [
    {
      infoHash: parseInfoHash('a'.repeat(40)),
      torrentId: objectIdOf(Buffer.from('torrent')),
      torrentBytes: 400,
      bytes: 12_000,
      objects: 11,
    },
  ],
  findings: [{ code: 'DEB_X', severity: 'warning', path: 'dists/stable/Release', message: 'it is odd', count: 3 }],
}

function codeOf(bytes: Uint8Array): string {
  try {
    decodeRecord(bytes)
  } catch (error) {
    if (error instanceof RepocastError) return error.code
    throw error
  }
  return 'accepted'
}

test('a record reads back as it was written', () => {
  expect(decodeRecord(encodeRecord(record))).toEqual(record)
})

test('what a caller knows more of the top directory is not written', () => {
  const root = { ...record.root, segments: [] }
  expect(encodeRecord({ ...record, root })).toEqual(encodeRecord(record))
})

test('a record of a newer format is refused as too new, not as malformed', () => {
  const newer = Buffer.from(encodeRecord(record).toString().replace('"version":1', '"version":2'))
  expect(codeOf(newer)).toBe('REPOCAST_FORMAT_TOO_NEW')
})

test.each([
  ['no JSON', '{"format":'],
  ['another format', '{"format":"x","version":1}'],
  ['null', 'null'],
  ['a list', '[]'],
])('%s is refused', (_, text) => {
  expect(codeOf(Buffer.from(text))).toBe('REPOCAST_RECORD_MALFORMED')
})

test('a field that is missing, foreign or of a wrong type is refused with a typed error', () => {
  const fields = JSON.parse(encodeRecord(record).toString()) as Record<string, unknown>
  const wrong = fc.constantFrom<unknown>(undefined, null, -1, 1.5, '', 'x', {}, [{}], true, 2 ** 60)
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(fields), 'foreign'), wrong, (key, value) => {
      fc.pre(JSON.stringify(value) !== JSON.stringify(fields[key]))
      fc.pre(!(key === 'created' && value === '') && !(key === 'repository' && value === 'x'))
      const code = codeOf(Buffer.from(JSON.stringify({ ...fields, [key]: value })))
      if (key === 'foreign' && value === undefined) return
      expect(code).toMatch(/^REPOCAST_/)
    }),
  )
})
