import { objectIdOf, parseRepositoryName, type SnapshotRecord } from '@repocast/objects'
import { type MadeFiles, MadeSnapshots } from '@repocast/repositories/testing'
import { describe, expect, test } from 'vitest'
import { checkSnapshot } from './snapshot-check.ts'

/** A flat deb repository with one package. */
function repository(): Map<string, Buffer> {
  const content = Buffer.from('the package')
  const packages = Buffer.from(
    `Package: a\nVersion: 1\nArchitecture: all\nFilename: ./a_1_all.deb\nSize: ${content.length}\nSHA256: ${objectIdOf(content)}\n`,
  )
  const release = Buffer.from(
    [
      'Suite: stable',
      'Date: Thu, 01 Jan 2026 00:00:00 UTC',
      'Valid-Until: Thu, 08 Jan 2026 00:00:00 UTC',
      'SHA256:',
      ` ${objectIdOf(packages)} ${packages.length} Packages`,
      '',
    ].join('\n'),
  )
  return new Map([
    ['Packages', packages],
    ['Release', release],
    ['a_1_all.deb', content],
  ])
}

const check = async (files: MadeFiles, more: Partial<SnapshotRecord> = {}): Promise<void> => {
  const snapshots = new MadeSnapshots()
  const root = { id: snapshots.add(files), size: 0, mode: 0o755, mtime: 0 }
  const record = {
    repository: parseRepositoryName('debian'),
    serial: 7,
    kind: 'deb' as const,
    created: '2026-01-02T00:00:00Z',
    findings: [],
    ...more,
    root,
  }
  await checkSnapshot(snapshots, record, new AbortController().signal)
}

describe('a snapshot is served', () => {
  test('when clients can use it, also long after it was valid', async () => {
    await check(repository())
  })

  test('when the origin knows what is wrong with it', async () => {
    const files = repository()
    files.delete('a_1_all.deb')
    await check(files, {
      findings: [{ code: 'DEB_PACKAGE_MISSING', severity: 'error', path: 'a_1_all.deb', message: 'm', count: 1 }],
    })
  })

  test('when it is plain, whatever is in it', async () => {
    await check(new Map([['Release', Buffer.from('no fields')]]), { kind: 'plain' })
  })
})

describe('a snapshot is refused', () => {
  test.each<[string, (files: Map<string, Buffer>) => void, string]>([
    [
      'a package is missing',
      files => files.delete('a_1_all.deb'),
      'DEB_PACKAGE_MISSING a_1_all.deb: it is not there, Packages names it',
    ],
    [
      'a package has other bytes',
      files => files.get('a_1_all.deb')?.reverse(),
      'DEB_PACKAGE_CHECKSUM a_1_all.deb: its sha256 is',
    ],
    [
      'an index is of another update',
      files => files.set('Packages', Buffer.from('\n')),
      'DEB_INDEX_SIZE Packages: it has 1 bytes',
    ],
  ])('when %s', async (_, damage, named) => {
    const files = repository()
    damage(files)
    await expect(check(files)).rejects.toMatchObject({
      code: 'REPOCAST_SNAPSHOT_BROKEN',
      message: expect.stringContaining(named),
    })
    await expect(check(files)).rejects.toThrow('serial 7 of debian is not served, because clients could not use it: ')
  })
})
