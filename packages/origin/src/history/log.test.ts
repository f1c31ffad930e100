import { RepocastError } from '@repocast/errors'
import { parseRepositoryName, type SnapshotRecord } from '@repocast/objects'
import { type MadeFiles, MadeSnapshots } from '@repocast/repositories/testing'
import { describe, expect, test } from 'vitest'
import { type FileChange, fileChanges } from './file-changes.ts'
import { type LogEntry, type LogOptions, logSnapshots } from './log.ts'

const filesOf = (files: Readonly<Record<string, string>>): MadeFiles =>
  new Map(
    Object.entries(files).map(([path, text]) => [
      path,
      text.startsWith('-> ') ? { target: text.slice(3) } : Buffer.from(text),
    ]),
  )

describe('how files of two snapshots differ', () => {
  const snapshots = new MadeSnapshots()
  const diff = async (before: Record<string, string>, after: Record<string, string>): Promise<FileChange[]> => {
    const found: FileChange[] = []
    const [from, to] = [snapshots.add(filesOf(before)), snapshots.add(filesOf(after))]
    for await (const change of fileChanges(snapshots.trees.read, from, to)) found.push(change)
    return found
  }

  test('files and links are told in the order of paths, directories are not', async () => {
    const before = { 'a/old': 'x', 'a/same': 'same', b: 'before', link: '-> b' }
    const after = { 'a/same': 'same', b: 'afterwards', 'c/d/new': '12', link: '-> a' }
    expect(await diff(before, after)).toEqual([
      { change: 'removed', type: 'file', path: 'a/old', bytesBefore: 1 },
      { change: 'changed', type: 'file', path: 'b', bytesBefore: 6, bytesAfter: 10 },
      { change: 'added', type: 'file', path: 'c/d/new', bytesAfter: 2 },
      { change: 'changed', type: 'link', path: 'link', bytesBefore: 0, bytesAfter: 0 },
    ])
  })

  test('a file that becomes a link is removed and added', async () => {
    expect(await diff({ a: 'x' }, { a: '-> b' })).toEqual([
      { change: 'removed', type: 'file', path: 'a', bytesBefore: 1 },
      { change: 'added', type: 'link', path: 'a', bytesAfter: 0 },
    ])
  })

  test('a file whose content is the same is touched', async () => {
    const entry = { type: 'f', name: 'a', mode: 0o644, mtime: 1, id: snapshots.add(new Map()), size: 5 } as const
    const [from, to] = [snapshots.trees.add([entry]), snapshots.trees.add([{ ...entry, mtime: 2 }])]
    for await (const change of fileChanges(snapshots.trees.read, from, to)) expect(change.change).toBe('touched')
    expect(from).not.toBe(to)
  })
})

describe('the log', () => {
  const snapshots = new MadeSnapshots()
  const contents = [{ a: '1' }, { a: '12', b: '3' }, { a: '1' }].map(filesOf)
  const records: SnapshotRecord[] = contents.map((files, k) => ({
    repository: parseRepositoryName('r'),
    kind: 'plain',
    serial: k + 1,
    created: `2026-11-2${k}T00:00:00Z`,
    root: { id: snapshots.add(files), size: 0, mode: 0o755, mtime: 0 },
    counts: { files: files.size, links: 0, directories: 0 },
    bytes: k,
    packs: [],
    findings: [],
  }))
  const tell = async (options: Partial<LogOptions> = {}): Promise<LogEntry[]> => {
    const entries: LogEntry[] = []
    const all = { records, channels: new Map(), read: snapshots.trees.read, ...options }
    for await (const entry of logSnapshots(all)) entries.push(entry)
    return entries
  }

  test('tells the newest first, what changed, and where content came back', async () => {
    expect(await tell()).toMatchObject([
      { serial: 3, sameAs: 1, since: 2, changes: { changed: { files: 1, bytes: 1 }, removed: { files: 1, bytes: 1 } } },
      { serial: 2, sameAs: null, since: 1, changes: { changed: { bytes: 2 }, added: { files: 1, bytes: 1 } } },
      { serial: 1, sameAs: null, since: null, changes: { added: { files: 1 }, removed: { files: 0 } } },
    ])
    expect(await tell({ limit: 1 })).toMatchObject([{ serial: 3 }])
  })

  test('names channels', async () => {
    const channels = new Map([
      ['stable', 1],
      ['testing', 3],
      ['next', 3],
    ])
    expect((await tell({ channels })).map(entry => entry.channels)).toEqual([['testing', 'next'], [], ['stable']])
  })

  test('says so when what is needed was not kept', async () => {
    const read = async (): Promise<never> => {
      throw new RepocastError('REPOCAST_OBJECT_MISSING', { message: 'gone' })
    }
    expect(await tell({ read })).toMatchObject([{ changes: null }, { changes: null }, { since: null }])
    expect(await tell({ records: records.slice(1) })).toMatchObject([{ since: 2 }, { since: null, changes: null }])
  })
})
