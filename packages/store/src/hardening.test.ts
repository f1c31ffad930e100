import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import {
  buildTree,
  type ObjectId,
  objectIdOf,
  parseRepositoryName,
  type SnapshotRecord,
  type TreeEntry,
} from '@repocast/objects'
import { packOf } from '@repocast/packs/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openStore, type Store } from './index.ts'
import { OpenFiles } from './pieces/open-files.ts'
import { kill } from './testing/killed-disk.ts'

vi.mock('node:fs', async importOriginal => {
  const { killable } = await import('./testing/killed-disk.ts')
  return killable(await importOriginal())
})

let directory: string
let www: string
let hashPool: HashPool
let store: Store
const repository = parseRepositoryName('test')

beforeEach(async () => {
  kill.after = undefined
  directory = mkdtempSync(join(tmpdir(), 'repocast-store-'))
  www = join(directory, 'www/test')
  hashPool = new HashPool({ threads: 1 })
  await open()
})
afterEach(async () => {
  kill.after = undefined
  await store.close()
  await hashPool.close()
  spawnSync('rm', ['-rf', directory])
})

async function open(): Promise<void> {
  store = await openStore({ directory, logger: silentLogger, hashPool })
}

/** A directory: a text is a file, with attributes after `|`; `->` begins a link. */
interface Shape {
  readonly [name: string]: string | Shape
}

async function snapshot(serial: number, shape: Shape, rootMtime = 8): Promise<SnapshotRecord> {
  const ingest = store.ingest()
  const put = async (id: ObjectId, bytes: Buffer) => {
    if (!ingest.has(id)) await ingest.addBytes(id, bytes)
  }
  const treeOf = async (entries: Shape): Promise<{ id: ObjectId; size: number }> => {
    const list: TreeEntry[] = []
    for (const [name, value] of Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (typeof value !== 'string') {
        list.push({ type: 'd', name, mode: 0o755, mtime: 6, ...(await treeOf(value)) })
      } else if (value.startsWith('->')) {
        list.push({ type: 'l', name, mtime: 7, target: value.slice(2) })
      } else {
        const [text = '', mode = '644', mtime = '5'] = value.split('|')
        const bytes = Buffer.from(text)
        const id = objectIdOf(bytes)
        await put(id, bytes)
        list.push({ type: 'f', name, mode: Number.parseInt(mode, 8), mtime: Number(mtime), size: bytes.length, id })
      }
    }
    const { id, trees } = buildTree(list)
    for (const tree of trees) await put(tree.id, tree.bytes)
    return { id, size: trees.at(-1)?.bytes.length ?? 0 }
  }
  const root = await treeOf(shape)
  await ingest.commit()
  return {
    repository,
    kind: 'plain',
    serial,
    created: '2026-11-20T00:00:00Z',
    root: { ...root, mode: 0o755, mtime: rootMtime },
    counts: { files: 0, links: 0, directories: 0 },
    bytes: 0,
    packs: [],
    findings: [],
  }
}

async function serve(record: SnapshotRecord, path = www): Promise<void> {
  await store.generations.swap(await store.generations.build(record, path), path)
}

/** Everything below a directory: names, types, modes, times, targets, and bytes. */
function look(path: string): string {
  const list = spawnSync('find', ['.', '-printf', '%p %y %m %Ts %l\n'], { cwd: path, encoding: 'utf8' }).stdout
  const sums = spawnSync('find', ['.', '-type', 'f', '-exec', 'sha256sum', '{}', '+'], { cwd: path, encoding: 'utf8' })
  return `${list}${sums.stdout}`.split('\n').sort().join('\n')
}

describe('what is served', () => {
  test('is never changed, whatever the row of its generation says', async () => {
    await serve(await snapshot(1, { a: 'a' }))
    store.catalog.exec("UPDATE generations SET state = 'building'")
    const next = await store.generations.build(await snapshot(2, { a: 'new' }), www)
    expect(next.directory).not.toBe(readlinkSync(www))
    expect(readFileSync(join(www, 'a'), 'utf8')).toBe('a')
  })

  test('under a path that was configured before is never changed', async () => {
    const old = join(directory, 'old')
    await serve(await snapshot(1, { a: 'first' }), old)
    for (const serial of [2, 3, 4]) await serve(await snapshot(serial, { a: `${serial}` }))
    await store.generations.prune(repository, www)
    expect(readFileSync(join(old, 'a'), 'utf8')).toBe('first')
  })

  test('never replaces a symbolic link of somebody else', async () => {
    mkdirSync(join(directory, 'www'))
    symlinkSync(directory, www)
    await expect(serve(await snapshot(1, {}))).rejects.toMatchObject({ code: 'REPOCAST_SERVED_PATH_TAKEN' })
    expect(readlinkSync(www)).toBe(directory)
  })

  test('has the attributes of its top directory, also when nothing else has changed', async () => {
    const first = await snapshot(1, { a: 'a' })
    await serve(first)
    await store.generations.prepareSpare(first, www)
    await serve(await snapshot(2, { a: 'a' }, 99))
    expect(statSync(www).mtimeMs).toBe(99_000)
  })
})

describe('generations', () => {
  test('an update that removes a directory with all that is in it is checked out', async () => {
    const first = await snapshot(1, { gone: { below: { x: 'x' } }, kept: 'k' })
    await serve(first)
    await store.generations.prepareSpare(first, www)
    await serve(await snapshot(2, { kept: 'k' }))
    expect(readdirSync(www)).toEqual(['kept'])
  })

  test('a spare holds nothing of an update that was interrupted', async () => {
    const first = await snapshot(1, { a: 'a' })
    await serve(first)
    await store.generations.prepareSpare(first, www)
    const second = await snapshot(2, { a: 'a', stale: 'stale', zz: 'lost' })
    unlinkSync(store.layout.object(objectIdOf(Buffer.from('lost'))))
    await expect(store.generations.build(second, www)).rejects.toMatchObject({ code: 'REPOCAST_OBJECT_MISSING' })
    await store.generations.prepareSpare(first, www)
    for (const { directory: place } of store.generations.list(repository)) expect(readdirSync(place)).toEqual(['a'])
  })

  test('a spare that somebody removed is not recycled', async () => {
    const first = await snapshot(1, { a: 'a' })
    await serve(first)
    await store.generations.prepareSpare(first, www)
    const spare = store.generations.list(repository).find(other => other.directory !== readlinkSync(www))
    spawnSync('rm', ['-rf', spare?.directory ?? ''])
    await serve(await snapshot(2, { a: 'a', b: 'b' }))
    expect(readdirSync(www)).toEqual(['a', 'b'])
  })

  const before = {
    changed: 'before',
    stays: 'same',
    touched: 'touched|644|1',
    twin: 'same|600|9',
    gone: { x: 'x', deep: { y: 'y' } },
    file: 'was a file',
    dir: { z: 'z' },
    link: '->stays',
  }
  const after = {
    changed: 'after',
    stays: 'same',
    touched: 'touched|755|2',
    twin: 'same|640|10',
    come: { n: 'n', twin: 'same|600|9' },
    file: { now: 'a directory' },
    dir: '->come',
    link: '->changed',
  }

  test('a kill at any change of the disk leaves what is served as it is, and the next build makes the rest right', async () => {
    const shapes = [before, after, { ...before, third: 'third' }]
    const expected: string[] = []
    for (const [k, shape] of shapes.entries()) {
      await serve(await snapshot(k + 1, shape))
      expected.push(look(join(www, '.')))
      await store.generations.prune(repository, www)
    }
    let kills = 0
    for (;;) {
      await store.close()
      spawnSync('sh', ['-c', `rm -rf ${directory}/*`])
      await open()
      const first = await snapshot(1, before)
      const second = await snapshot(2, after)
      await serve(first)
      await store.generations.prepareSpare(first, www)
      kill.calls = 0
      kill.after = kills
      const wasKilled = await store.generations.build(second, www).then(
        () => false,
        () => true,
      )
      kill.after = undefined
      expect(look(join(www, '.'))).toBe(expected[0])
      await store.close()
      await open()
      if (!wasKilled) break
      kills += 1
      // Half of the time to where it was going, half of the time to something newer.
      const toThird = kills % 2 === 0
      await serve(toThird ? await snapshot(3, { ...before, third: 'third' }) : second)
      expect(look(join(www, '.'))).toBe(expected[toThird ? 2 : 1])
    }
    expect(kills).toBeGreaterThan(20)
  }, 300_000)

  test('a kill at any change of the disk while old generations are removed leaves only whole ones', async () => {
    const first = await snapshot(1, before)
    const second = await snapshot(2, after)
    for (let kills = 0; ; kills += 1) {
      await serve(second)
      await store.generations.prepareSpare(second, www)
      // A third generation: one more is served elsewhere for a while.
      const elsewhere = join(directory, 'elsewhere')
      await serve(first, elsewhere)
      await store.generations.prepareSpare(second, www)
      unlinkSync(elsewhere)
      kill.calls = 0
      kill.after = kills
      const wasKilled = await store.generations.prune(repository, www).then(
        () => false,
        () => true,
      )
      kill.after = undefined
      for (const { directory: place, isReady, serial } of store.generations.list(repository)) {
        if (!isReady || !existsSync(place)) continue
        expect(readdirSync(place)).toEqual(Object.keys(serial === 1 ? before : after).sort())
      }
      if (!wasKilled) break
    }
    const names = readdirSync(join(directory, 'generations/test'))
    expect(names.filter(name => name.endsWith('.removed'))).toEqual([])
  }, 300_000)
})

describe('pieces', () => {
  test('a pack that is removed while its pieces wait does not keep others from being recorded', async () => {
    const [a, b] = [await packOf({ a: 'aaaa' }, { name: 'a' }), await packOf({ b: 'bbbb' }, { name: 'b' })]
    for (const { torrent } of [a, b]) await store.packs.add(torrent)
    for (const { pack, content } of [a, b]) await (await store.openPack(pack.infoHash)).write(0, content)
    await store.packs.remove([a.pack.infoHash])
    await store.flush()
    expect(store.objects.has(b.pack.objectId(0))).toBe(true)
  })

  test('a damaged .torrent is not opened as if it were the pack', async () => {
    const [a, b] = [await packOf({ a: 'aaaa' }, { name: 'a' }), await packOf({ b: 'bbbb' }, { name: 'b' })]
    await store.packs.add(a.torrent)
    writeFileSync(store.layout.torrent(a.pack.infoHash), b.torrent)
    await expect(store.openPack(a.pack.infoHash)).rejects.toMatchObject({ code: 'REPOCAST_OBJECT_ROTTEN' })
  })

  test('a file that is not used for a while is closed, one that is used stays open', async () => {
    const files = new OpenFiles(5)
    const [one, two] = ['one', 'two'].map(name => join(directory, name)) as [string, string]
    const use = async (path: string) => await files.use(path, 'write', async handle => await handle.write('x'))
    await use(one)
    await use(two)
    await files.rest()
    await use(two)
    await files.rest()
    expect([one, two].map(path => files.has(path))).toEqual([false, true])
    await files.close()
  })

  test('open files never exceed their limit, however many are wanted at once', async () => {
    const files = new OpenFiles(5)
    let [now, most] = [0, 0]
    const uses = Array.from({ length: 100 }, async (_, k) => {
      const path = join(directory, `file-${k}`)
      await files.use(path, 'write', async handle => {
        now += 1
        most = Math.max(most, now)
        await handle.write('x')
        now -= 1
      })
    })
    await Promise.all(uses)
    await files.close()
    expect(most).toBeLessThanOrEqual(5)
    expect(readdirSync(directory).filter(name => name.startsWith('file-'))).toHaveLength(100)
  })
})
