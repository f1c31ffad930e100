import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@repocast/errors'
import { HashPool } from '@repocast/files'
import { type InfoHash, type ObjectId, objectIdOf } from '@repocast/objects'
import { packOf } from '@repocast/packs/testing'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore, type Store } from '../store.ts'

let directory: string
let hashPool: HashPool
let store: Store

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'repocast-collect-'))
  hashPool = new HashPool({ threads: 1 })
  store = await openStore({ directory, logger: silentLogger, hashPool })
})
afterEach(async () => {
  await store.close()
  await hashPool.close()
  spawnSync('rm', ['-rf', directory])
})

const contentOf = (number: number): Buffer => Buffer.from(`object ${number} `.repeat(number + 1))

async function addObjects(numbers: readonly number[]): Promise<ObjectId[]> {
  const ingest = store.ingest()
  const ids = numbers.map(number => objectIdOf(contentOf(number)))
  for (const [k, id] of ids.entries()) if (!ingest.has(id)) await ingest.addBytes(id, contentOf(numbers[k] ?? 0))
  await ingest.commit()
  return ids
}

test('exactly those objects go that no staying pack holds, and the plan says how many', async () => {
  const numbers = fc.uniqueArray(fc.nat(15), { minLength: 1, maxLength: 8 })
  const packs = fc.array(fc.record({ numbers, stays: fc.boolean() }), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(packs, fc.uniqueArray(fc.nat(15)), async (given, loose) => {
      for (const { infoHash } of store.packs.list()) await store.packs.remove([infoHash])
      await store.collect()
      const leaving: InfoHash[] = []
      for (const [k, { numbers: held, stays }] of given.entries()) {
        const files = Object.fromEntries(held.map(number => [`${number}`, contentOf(number)]))
        const { torrent, pack } = await packOf(files, { name: `pack ${k}` })
        await store.packs.add(torrent)
        if (!stays) leaving.push(pack.infoHash)
      }
      const all = new Set([...loose, ...given.flatMap(one => one.numbers)])
      await addObjects([...all])
      const needed = new Set(given.filter(one => one.stays).flatMap(one => one.numbers))
      const going = [...all].filter(number => !needed.has(number))
      const expected = {
        objects: going.length,
        bytes: going.reduce((sum, number) => sum + contentOf(number).length, 0),
      }
      expect(store.planCollection(leaving)).toEqual(expected)
      await store.packs.remove(leaving)
      expect(await store.collect()).toEqual(expected)
      for (const number of all) {
        const id = objectIdOf(contentOf(number))
        expect(store.objects.has(id)).toBe(needed.has(number))
        expect(existsSync(store.layout.object(id))).toBe(needed.has(number))
      }
    }),
    { numRuns: 15 },
  )
}, 30_000)

test('what a killed collection left is removed, but not an object that came back', async () => {
  const [gone, back] = await addObjects([1, 2])
  if (gone === undefined || back === undefined) throw new Error('two objects were added')
  // as a kill leaves it between rows and files
  const note = store.catalog.prepare<[Buffer]>('INSERT INTO removing VALUES (?)')
  for (const id of [gone, back]) note.run(Buffer.from(id, 'hex'))
  store.catalog.prepare<[Buffer]>('DELETE FROM objects WHERE id = ?').run(Buffer.from(gone, 'hex'))
  writeFileSync(store.layout.variant(gone, 0o600, 7), '')
  await store.removeLeftovers()
  expect(
    readdirSync(join(store.layout.objects, gone.slice(0, 2))).filter(name => name.startsWith(gone.slice(2))),
  ).toEqual([])
  expect(existsSync(store.layout.object(back))).toBe(true)
  expect(store.catalog.prepare('SELECT count(*) AS count FROM removing').get()).toEqual({ count: 0 })
})

test('the collections of the last month are remembered', () => {
  expect(store.collections.last()).toBeUndefined()
  for (let day = 1; day <= 40; day += 1) {
    store.collections.add({ finished: new Date(day * 86_400_000), snapshots: day, packs: 0, objects: 0, bytes: 0 })
  }
  expect(store.collections.last()).toMatchObject({ snapshots: 40, finished: new Date(40 * 86_400_000) })
  expect(store.catalog.prepare('SELECT count(*) AS count FROM collections').get()).toEqual({ count: 30 })
})
