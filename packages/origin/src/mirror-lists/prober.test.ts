import { silentLogger } from '@repocast/errors'
import { objectIdOf, parseRepositoryName, type SnapshotRecord, type TreeEntry } from '@repocast/objects'
import { MemoryTrees } from '@repocast/objects/testing'
import { expect, test } from 'vitest'
import { Areas } from './areas.ts'
import { MirrorLists } from './mirror-lists.ts'
import { Prober } from './prober.ts'

const repository = parseRepositoryName('plain')
const trees = new MemoryTrees()
const contents = (serial: number) =>
  new Map([
    ['news', `serial ${serial}`],
    ['old', 'as ever'],
  ])

function record(serial: number, created: string): SnapshotRecord {
  const entries = [...contents(serial)].map(([name, text]): TreeEntry => {
    return { type: 'f', name, mode: 0o644, mtime: 1, size: text.length, id: objectIdOf(Buffer.from(text)) }
  })
  const root = trees.add(entries)
  return {
    ...{ repository, kind: 'plain', serial, created },
    root: { id: root, size: trees.size(root), mode: 0o755, mtime: 1 },
    counts: { files: 2, links: 0, directories: 0 },
    ...{ bytes: 1, packs: [], findings: [] },
  }
}

test('a mirror leaves the list when it is stale, lies or is dead, and comes back by itself', async () => {
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') }
  const records = [record(1, '2026-01-01T00:00:00Z')]
  const snapshots = {
    repositories: () => [repository],
    newest: () => records.at(-1),
    get: (_: unknown, serial: number) => records[serial - 1],
  }
  /** What each mirror does: the serial that it serves, or how it fails. */
  const mirrors: Record<string, number | 'dead' | 'lies'> = { a: 1, b: 1 }
  /** The file `old`. */
  let drawn = 0.9
  let changes = 0
  const prober = new Prober({
    mirrors: Object.keys(mirrors).map(name => ({ url: `http://${name}.example/`, weight: 1 })),
    snapshots,
    readTree: trees.read,
    fileOf: ({ serial }, path) => {
      const bytes = Buffer.from(contents(serial).get(path) ?? '')
      return { size: bytes.length, sha256: objectIdOf(bytes) }
    },
    intervalSeconds: 3600,
    fetch: async url => {
      const { hostname, pathname } = new URL(url)
      const how = mirrors[hostname.replace('.example', '')] ?? 'dead'
      if (how === 'dead') throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })
      const name = pathname.replace('/plain/', '')
      const text = contents(how === 'lies' ? records.length : how).get(name)
      return new Response(how === 'lies' && name === 'old' ? 'a virus' : text)
    },
    random: () => drawn,
    onChange: () => {
      changes += 1
    },
    clock: () => new Date(clock.now),
    logger: silentLogger,
  })
  const lists = new MirrorLists(
    {
      areas: new Areas({}),
      previousForSeconds: 600,
      fallback: [],
      random: () => 0,
      clock: () => new Date(clock.now),
    },
    snapshots,
    () => prober.of(repository),
  )
  const listed = () =>
    lists
      .urls(repository, '127.0.0.1')
      .map(url => new URL(url).hostname[0])
      .sort()
  const probe = async () => {
    clock.now += 15_000
    await prober.probeSoon()
  }
  expect(listed).toThrow(/no mirror/)
  await probe()
  expect(listed()).toEqual(['a', 'b'])
  expect(changes).toBe(2)
  await probe()
  expect(changes).toBe(2)

  records.push(record(2, new Date(clock.now).toISOString()))
  // until one has the newest, the one before will do
  expect(listed()).toEqual(['a', 'b'])
  mirrors.a = 2
  await probe()
  expect(listed()).toEqual(['a'])
  expect(lists.urlsOfBoth(repository, '::1')).toEqual(['http://a.example/plain/', 'http://b.example/plain/'])
  mirrors.a = 1
  await probe()
  expect(listed()).toEqual(['a', 'b'])
  clock.now += 600_000
  expect(listed).toThrow(/no mirror/)

  mirrors.a = 2
  mirrors.b = 'lies'
  await probe()
  expect(listed()).toEqual(['a'])
  expect(prober.of(repository).find(({ url }) => url.includes('//b.'))).toMatchObject({ state: 'wrong' })
  // caught once, it does not come back by luck
  drawn = 0
  await probe()
  expect(listed()).toEqual(['a'])
  mirrors.a = 'dead'
  await probe()
  expect(listed()).toEqual(['a'])
  await probe()
  expect(listed).toThrow(/no mirror/)
  mirrors.a = 2
  mirrors.b = 2
  await probe()
  expect(listed()).toEqual(['a', 'b'])
  await prober.stop()
})

test('of a repository that no mirror carries nothing is read', async () => {
  const none = (): never => {
    throw new Error('something was read')
  }
  const prober = new Prober({
    mirrors: [{ url: 'http://a.example/', weight: 1, repositories: ['other'] }],
    snapshots: { repositories: () => [repository], newest: none, get: none },
    ...{ readTree: none, fileOf: none, fetch: none, random: none, onChange: none, clock: none },
    intervalSeconds: 3600,
    logger: { ...silentLogger, error: none },
  })
  await prober.probeSoon()
  expect(prober.all()).toEqual([])
  await prober.stop()
})
